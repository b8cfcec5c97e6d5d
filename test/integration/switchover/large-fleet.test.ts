import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clusterNames, growFleet } from "../../bench/fleet.ts";
import { startBareHubs } from "../../support/hubs.ts";
import { program } from "../../support/program.ts";
import { endOf } from "./support/activations.ts";
import { type Ended, ended } from "./support/switchover-bench.ts";

const minute = 60_000;
const fleetSize = 1_200;
const kibi = 1024;
const disableAutoImport = "import.open-cluster-management.io/disable-auto-import";

type Hubs = Awaited<ReturnType<typeof startBareHubs>>;

interface Measured extends Ended {
  readonly seconds: number;
  /** MiB. */
  readonly peak: number;
}

/** The highest resident memory of a process, looked at until it ends. */
async function peakOf({ pid }: ChildProcess, ends: Promise<unknown>): Promise<number> {
  let running = true;
  const over = ends.finally(() => {
    running = false;
  });
  let peak = 0;
  while (running) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  return peak / kibi;
}

async function measured(args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  // The heap limit of the Tasks.
  const env = { PATH: process.env["PATH"] ?? "", HOME: "/nowhere", NODE_OPTIONS: "--max-old-space-size=192" };
  const child = spawn(process.execPath, [program, "switchover", ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  const ends = ended(child);
  const peak = await peakOf(child, ends);
  return { ...(await ends), seconds: (performance.now() - began) / 1000, peak };
}

describe(`A-75 a fleet of ${fleetSize} clusters`, () => {
  let hubs: Hubs;
  let folder: string;
  let validation: Measured;
  let preparation: Measured;
  /** How many requests the validation made of the old hub. */
  let asked: number;

  const ours = async () => {
    const events = await hubs.servers.server("primary").auditEvents();
    return events.filter(({ userAgent = "" }) => userAgent.startsWith("fairlead/"));
  };

  beforeAll(async () => {
    hubs = await startBareHubs("2.16.1");
    folder = await mkdtemp(join(tmpdir(), "fairlead-fleet-"));
    const { servers } = hubs;
    for (const name of ["primary", "secondary"]) {
      await mkdir(join(folder, name));
      await copyFile(servers.server(name).kubeconfig(), join(folder, name, "kubeconfig"));
    }
    await mkdir(join(folder, "state"));
    await growFleet(servers.server("primary"), clusterNames(0, fleetSize));
    const bound = ["primary", "secondary"].map((hub) => `${hub}-kubeconfig=${join(folder, hub)}`);
    const workspaces = [...bound, `state=${join(folder, "state")}`].flatMap((one) => ["--workspace", one]);
    // No operator plays on these hubs: nothing there changes by waiting.
    const tuning = ["--tuning", JSON.stringify({ errorGrace: 0, backupInProgressWait: 0, backupSyncWait: 0 })];
    validation = await measured(["preflight", "--mode", "validate", ...workspaces, ...tuning]);
    asked = (await ours()).length;
    preparation = await measured(["primary-prep", ...workspaces, ...tuning]);
  }, 10 * minute);
  afterAll(async () => {
    await hubs?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("is validated and prepared", () => {
    // Without operators there is no backup to find, and the validation says so; the old hub has nothing to pause.
    expect(endOf(validation, 3)).toBe("exit 3");
    expect(endOf(preparation, 0)).toBe("exit 0");
  });

  test("A-75 / K-39 is read in pages of 500, and no cluster of it by itself", async () => {
    const events = (await ours()).filter(({ objectRef }) => objectRef?.resource === "managedclusters");
    // A page that a busy API server puts off is asked for again.
    const pages = events.filter(({ verb, responseStatus }) => verb === "list" && responseStatus?.code === 200);
    const queries = pages.map(({ requestURI }) => new URL(requestURI, "https://hub").searchParams);
    expect(new Set(queries.map((query) => query.get("limit")))).toEqual(new Set(["500"]));
    // The hub is a cluster of its own, too: three pages to a look.
    const looks = queries.filter((query) => query.get("continue") === null).length;
    expect(queries).toHaveLength(3 * looks);
    expect(events.filter(({ verb }) => verb === "get")).toEqual([]);
  });

  test("K-39 is validated by as many requests as a small one, but for the pages", () => {
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(150);
  });

  test("carries the annotation on every cluster, but not on the hub's own", async () => {
    const clusters = await hubs.seeds.primary.list("managedClusters");
    const annotated = clusters.filter(({ metadata }) => metadata.annotations?.[disableAutoImport] === "");
    expect(annotated).toHaveLength(fleetSize);
    expect(annotated.map(({ metadata }) => metadata.name)).not.toContain("local-cluster");
  });

  test("takes less than five minutes and 256 MiB", () => {
    expect(validation.seconds + preparation.seconds).toBeLessThan(300);
    expect(Math.max(validation.peak, preparation.peak)).toBeLessThan(256);
  });
});
