import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { parse } from "yaml";
import type { TestApiServer } from "../support/api-servers.ts";
import { startBareHubs } from "../support/hubs.ts";
import type { BareServer } from "./bare-requests.ts";
import { clusterNames, growFleet, growTokens } from "./fleet.ts";

const root = join(import.meta.dirname, "../..");
const program = join(root, "dist/fairlead");
const pageSize = 500;
const lookMs = 5;
const kibi = 1024;

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

/** The heap limit with which a Task starts the program. */
async function taskOptions(): Promise<string> {
  const { spec } = parse(await readFile(join(root, "tasks/switchover/preflight/preflight.yaml"), "utf8"));
  const { value } = spec.stepTemplate.env.find(({ name }: { readonly name: string }) => name === "NODE_OPTIONS");
  return value;
}

/** Looks at the resident memory of a process until it is gone, and resolves with the highest. */
async function peakOf(pid: number, ended: AbortSignal): Promise<number> {
  let peak = 0;
  while (!ended.aborted) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
    await pause(lookMs);
  }
  return peak / kibi;
}

interface Running {
  readonly pid: number;
  readonly ended: AbortSignal;
  readonly ms: Promise<number>;
}

/** Starts a process of Node. `codes` are the exit codes that count as a measurement. */
function run(args: readonly string[], codes: readonly number[], nodeOptions: string): Running {
  const began = performance.now();
  const env = { ...process.env, NODE_OPTIONS: nodeOptions };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], env });
  const ended = new AbortController();
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += String(chunk);
  });
  const ms = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => {
      ended.abort();
      reject(error);
    });
    child.once("close", (code) => {
      ended.abort();
      if (code !== null && codes.includes(code)) resolve(performance.now() - began);
      else reject(new Error(`${args[0]} ended with ${code}: ${stderr.slice(-800)}`));
    });
  });
  return { pid: child.pid ?? 0, ended: ended.signal, ms };
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
    const options = await taskOptions();
    const hub = (name: string): readonly string[] => ["--workspace", `${name}-kubeconfig=${join(folder, name)}`];
    // Nothing there changes by waiting.
    const tuning = JSON.stringify({ errorGrace: 0, backupInProgressWait: 0, backupSyncWait: 0 });
    const flags = ["--mode", "validate", "--tuning", tuning, ...hub("primary"), ...hub("secondary")];
    const validate = (): Running => run([program, "switchover", "preflight", ...flags], [0, 3], options);
    return await work({
      timeValidation: () => validate().ms,
      async peakOfValidation() {
        const { pid, ended, ms } = validate();
        const [peak] = await Promise.all([peakOf(pid, ended), ms]);
        return peak;
      },
      timeList: () => run([join(folder, "list-all.mjs"), join(folder, "servers.json")], [0], options).ms,
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
