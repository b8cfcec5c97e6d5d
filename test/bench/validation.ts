import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestApiServer } from "../support/api-servers.ts";
import { startBareHubs } from "../support/hubs.ts";
import type { BareServer } from "./bare-requests.ts";
import { clusterNames, growFleet, growTokens } from "./fleet.ts";
import { peakMemory, type Running, startProcess, taskOptions } from "./task-process.ts";

const root = join(import.meta.dirname, "../..");
const program = join(root, "dist/fairlead");
const pageSize = 500;

export interface ValidatedHubs {
  /** Clusters on both hubs, tokens on the primary; starts at none. */
  grow(from: number, to: number): Promise<void>;
  /** Milliseconds of a validation. The hubs have no operators: every check reads what it reads, and some say no (exit 3). */
  timeValidation(): Promise<number>;
  /** MiB. */
  peakOfValidation(): Promise<number>;
  /** Milliseconds of the floor: one process that lists the same. */
  timeList(): Promise<number>;
  /** Calls of one validation. */
  countCalls(): Promise<number>;
}

/** Pages of all lists that grow with the fleet: its clusters on both hubs, its tokens on one. */
export function pagesOf(clusters: number): number {
  // Each hub is a cluster of its own too.
  return 2 * Math.ceil((clusters + 1) / pageSize) + Math.max(1, Math.ceil(clusters / pageSize));
}

/** What a preflight needs: a folder for each hub with its kubeconfig, as a Secret is mounted. */
async function writeInputs(folder: string, servers: readonly TestApiServer[]): Promise<void> {
  const bare: BareServer[] = [];
  for (const server of servers) {
    await mkdir(join(folder, server.name));
    await copyFile(server.kubeconfig(), join(folder, server.name, "kubeconfig"));
    bare.push({ url: server.url, authority: await readFile(server.caFile, "utf8"), token: server.token() });
  }
  await writeFile(join(folder, "servers.json"), JSON.stringify(bare));
  await build({
    absWorkingDir: root,
    entryPoints: ["test/bench/list-all.ts"],
    outfile: join(folder, "list-all.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "warning",
  });
}

async function callsOf(servers: readonly TestApiServer[]): Promise<number> {
  const events = await Promise.all(servers.map((server) => server.auditEvents()));
  return events.flat().filter(({ userAgent = "" }) => userAgent.startsWith("fairlead/")).length;
}

/** Two hubs for the time of `work`. */
export async function withValidatedHubs<T>(work: (hubs: ValidatedHubs) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-bench-"));
  const { servers, stop } = await startBareHubs("2.16.1");
  try {
    const [primary, secondary] = [servers.server("primary"), servers.server("secondary")];
    await writeInputs(folder, [primary, secondary]);
    const nodeOptions = await taskOptions("switchover/preflight");
    const hub = (name: string): readonly string[] => ["--workspace", `${name}-kubeconfig=${join(folder, name)}`];
    // Nothing there changes by waiting.
    const tuning = JSON.stringify({ errorGrace: 0, backupInProgressWait: 0, backupSyncWait: 0 });
    const flags = ["--mode", "validate", "--tuning", tuning, ...hub("primary"), ...hub("secondary")];
    const validate = (): Running =>
      startProcess({ args: [program, "switchover", "preflight", ...flags], codes: [0, 3], nodeOptions });
    return await work({
      timeValidation: () => validate().ms,
      peakOfValidation: () => peakMemory(validate()),
      timeList: () =>
        startProcess({ args: [join(folder, "list-all.mjs"), join(folder, "servers.json")], codes: [0], nodeOptions })
          .ms,
      async grow(from, to) {
        const names = clusterNames(from, to);
        await Promise.all([growFleet(primary, names), growFleet(secondary, names), growTokens(primary, names)]);
      },
      async countCalls() {
        const before = await callsOf([primary, secondary]);
        await validate().ms;
        return (await callsOf([primary, secondary])) - before;
      },
    });
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}
