import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { hubNames } from "../../cluster/hub/hub-names.ts";
import { readState } from "../../cluster/hub/hub-state.ts";
import { environmentOptions } from "../../cluster/hub/hubs-options.ts";
import { listNamespaces } from "../../cluster/hub/network-namespace.ts";
import { startHubs } from "../../cluster/hub/start-hubs.ts";
import { stopHubs } from "../../cluster/hub/stop-hubs.ts";
import { isAlive, type ProcessIdentity } from "../../cluster/programs/process-identity.ts";
import { eventually } from "../../support/eventually.ts";

const run = promisify(execFile);
const slow = 600_000;

let scratch: string;
let folder: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "fairlead-hub-life-"));
  folder = join(scratch, "hubs");
});
afterEach(async () => {
  await stopHubs(folder);
  await rm(scratch, { recursive: true, force: true });
}, 60_000);

/** Everything that is left of the hubs in the folder, by kind. */
async function remains(processes: readonly ProcessIdentity[]) {
  const names = hubNames(folder);
  const links = (await run("ip", ["-o", "link", "show"])).stdout;
  return {
    namespaces: await listNamespaces(names.prefix),
    links: links.split("\n").filter((line) => line.includes(names.hostLink.slice(0, 8))),
    living: (await Promise.all(processes.map(isAlive))).filter((lives) => lives).length,
    files: await readdir(scratch),
  };
}

const nothing = { namespaces: [], links: [], living: 0, files: [] };

async function processes(): Promise<readonly ProcessIdentity[]> {
  return ((await readState(folder))?.parts ?? []).flatMap((part) => (part.process === undefined ? [] : [part.process]));
}

describe("the life of hubs", () => {
  test(
    "stop leaves no process, namespace, link or file, and may be called twice",
    async () => {
      const hubs = await startHubs({ ...(await environmentOptions(process.env)), folder, names: ["only"] });
      const started = await processes();
      expect(started).toHaveLength(5);
      await hubs.stop();
      await hubs.stop();
      expect(await remains(started)).toEqual(nothing);
    },
    slow,
  );

  test(
    "a start that was killed half-way is cleaned up by the next one",
    async () => {
      // Given a process that was killed while it started the hubs
      const starter = await startElsewhere();
      const left = await processes();
      starter.kill("SIGKILL");
      expect(left.length).toBeGreaterThan(0);
      expect((await readState(folder))?.phase).toBe("starting");
      // When hubs are started in the same folder
      const hubs = await startHubs({ ...(await environmentOptions(process.env)), folder, names: ["only"] });
      // Then none of the earlier processes lives and the new ones work
      expect((await Promise.all(left.map(isAlive))).includes(true)).toBe(false);
      expect((await hubs.hub("only").get("/readyz")).status).toBe(200);
      await hubs.stop();
      expect(await remains(left)).toEqual(nothing);
    },
    slow,
  );

  test(
    "hubs plug into a network that is given, and leave it as it was",
    async () => {
      const namespace = `fairlead-test-${process.pid}`;
      await run("ip", ["netns", "add", namespace]);
      try {
        const inside = (words: string) => run("ip", ["-n", namespace, ...words.split(" ")]);
        await inside("link add lan type bridge");
        await inside("addr add 198.18.100.1/24 dev lan");
        await inside("link set lan up");
        // A bridge changes its state and its address with its ports: which links there are is what must not change.
        const links = async (): Promise<readonly string[]> =>
          [...(await inside("-o link show")).stdout.matchAll(/^\d+: ([^:@]+)/gm)].map(([, name = ""]) => name);
        const before = await links();
        const network = {
          namespace,
          bridge: "lan",
          prefixLength: 24,
          addresses: ["198.18.100.10", "198.18.100.11"],
          routes: [{ to: "198.18.64.0/18", via: "198.18.100.1" }],
        };
        await expect(startHubs({ folder, names: ["only", "more"], network })).rejects.toThrow(
          /^HUB-06: the network offers 2 addresses\n {2}why: the hubs and their storage server need 3/,
        );
        await startAndAsk(namespace, network);
        await stopHubs(folder);
        // The kernel removes the links of a namespace some time after its name.
        await eventually(async () => expect(await links()).toEqual(before));
      } finally {
        await run("ip", ["netns", "del", namespace]);
      }
    },
    slow,
  );

  test(
    "HUB-04: a part that does not start is named with its last words, and its log stays to be read",
    async () => {
      const abort = new AbortController();
      const failing = startHubs({
        ...(await environmentOptions(process.env)),
        folder,
        names: ["only"],
        signal: abort.signal,
        log: (line) => {
          if (line.startsWith("only: API server ready")) abort.abort(new Error("enough"));
        },
      });
      await expect(failing).rejects.toThrow("enough");
      await access(join(folder, "only/kube-apiserver.log"));
      expect(await remains(await processes())).toEqual({ ...nothing, files: ["hubs"] });
    },
    slow,
  );
});

/** The network's own namespace reaches the hub: hubs in it are as near as to the machine in a network of their own. */
async function startAndAsk(namespace: string, network: Parameters<typeof startHubs>[0]["network"]): Promise<void> {
  if (network === undefined) throw new Error("a network is needed");
  // The start itself asks the hub from where it runs, so it runs where the network is.
  const program = `
    import { environmentOptions } from ${module("hubs-options.ts")};
    import { startHubs } from ${module("start-hubs.ts")};
    const hubs = await startHubs({ ...(await environmentOptions(process.env)), folder: ${JSON.stringify(folder)},
      names: ["only"], network: ${JSON.stringify(network)} });
    process.stdout.write((await hubs.hub("only").kubectl(["get", "backupstoragelocation", "-A", "-o", "jsonpath={.items[0].status.phase}"])));`;
  const file = join(scratch, "inside.ts");
  await writeFile(file, program);
  const { stdout } = await run("nsenter", [`--net=/run/netns/${namespace}`, process.execPath, file]);
  await rm(file);
  expect(stdout).toBe("Available");
}

function module(name: string): string {
  return JSON.stringify(resolve(import.meta.dirname, "../../cluster/hub", name));
}

/** Starts hubs in another process; resolves when an API server is up and the rest is still being made. */
async function startElsewhere(): Promise<ChildProcess> {
  const program = `
    import { environmentOptions } from ${module("hubs-options.ts")};
    import { startHubs } from ${module("start-hubs.ts")};
    await startHubs({ ...(await environmentOptions(process.env)), folder: ${JSON.stringify(folder)}, names: ["only"],
      log: (line) => process.stdout.write(line + "\\n") });`;
  const file = join(scratch, "start.ts");
  await writeFile(file, program);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolveReady, reject) => {
    child.stdout?.on("data", (data: Buffer) => {
      if (data.toString().includes("API server ready")) resolveReady();
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code} before an API server was ready`)));
  });
  await rm(file);
  return child;
}
