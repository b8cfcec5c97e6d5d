import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TestApiServer } from "../support/api-servers.ts";
import { startBareHubs } from "../support/hubs.ts";
import { growFleet } from "./fleet.ts";
import { median } from "./paired.ts";
import { type Bench, type Row, ratioRow } from "./row.ts";

const program = join(import.meta.dirname, "../../dist/fairlead");
const lister = join(import.meta.dirname, "list-all.ts");
const [few, many] = [1000, 5000];
const rounds = 5;
const pageSize = 500;

interface Hubs {
  readonly primary: TestApiServer;
  readonly secondary: TestApiServer;
  /** Holds a folder for each hub with its kubeconfig, as a Secret is mounted. */
  readonly folder: string;
}

interface Ran {
  readonly ms: number;
  readonly peakMiB: number;
}

/** The highest resident memory so far; the process is looked at until it is gone. */
async function peakOf(pid: number, ended: () => boolean): Promise<number> {
  let peak = 0;
  while (!ended()) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
    await pause(5);
  }
  return peak / 1024;
}

/** Runs a process of Node to its end. `codes` are the exit codes that count as a measurement. */
async function run(args: readonly string[], codes: readonly number[]): Promise<Ran> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--max-old-space-size=192", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += String(chunk);
  });
  let ms: number | undefined;
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      ms = performance.now() - began;
      resolve(code);
    });
  });
  const peakMiB = await peakOf(child.pid ?? 0, () => ms !== undefined);
  const code = await closed;
  if (code === null || !codes.includes(code)) throw new Error(`${args[0]} ended with ${code}: ${stderr.slice(-800)}`);
  return { ms: ms ?? 0, peakMiB };
}

/** A validation of hubs without operators: every check reads what it reads, and some say no (exit 3). */
function validate({ folder }: Hubs): Promise<Ran> {
  const hub = (name: string): readonly string[] => ["--workspace", `${name}-kubeconfig=${join(folder, name)}`];
  // Nothing there changes by waiting.
  const tuning = JSON.stringify({ errorGrace: 0, backupInProgressWait: 0, backupSyncWait: 0 });
  return run(
    [
      ...[program, "switchover", "preflight", "--mode", "validate", "--tuning", tuning],
      ...hub("primary"),
      ...hub("secondary"),
    ],
    [0, 3],
  );
}

function list({ primary, secondary }: Hubs): Promise<Ran> {
  return run([lister, String(pageSize), primary.kubeconfig(), secondary.kubeconfig()], [0]);
}

/** Calls of the validations so far. */
async function calls(hubs: Hubs): Promise<number> {
  const events = await Promise.all([hubs.primary.auditEvents(), hubs.secondary.auditEvents()]);
  return events.flat().filter(({ userAgent = "" }) => userAgent.startsWith("fairlead")).length;
}

async function requestsOf(hubs: Hubs): Promise<number> {
  const before = await calls(hubs);
  await validate(hubs);
  return (await calls(hubs)) - before;
}

async function medianMs(hubs: Hubs, work: (hubs: Hubs) => Promise<Ran>): Promise<Ran> {
  const ran: Ran[] = [];
  for (let round = 0; round < rounds; round += 1) ran.push(await work(hubs));
  return { ms: median(ran.map(({ ms }) => ms)), peakMiB: Math.max(...ran.map(({ peakMiB }) => peakMiB)) };
}

async function measure(hubs: Hubs, log: (line: string) => void): Promise<readonly Row[]> {
  const grow = (from: number, to: number): Promise<unknown> =>
    Promise.all([growFleet(hubs.primary, from, to), growFleet(hubs.secondary, from, to)]);
  await grow(0, few);
  log(`${few} clusters on each hub`);
  const floor = await medianMs(hubs, list);
  const small = await medianMs(hubs, validate);
  const smallRequests = await requestsOf(hubs);
  await grow(few, many);
  log(`${many} clusters on each hub`);
  const large = await medianMs(hubs, validate);
  const largeRequests = await requestsOf(hubs);
  const morePages = (2 * (many - few)) / pageSize;
  const mebibytes = (value: number): string => `${Math.round(value)} MiB`;
  return [
    ratioRow(`preflight on ${few} clusters, against listing the same`, small.ms, floor.ms, 2),
    {
      what: `further requests of a preflight on ${many} clusters`,
      floor: `${smallRequests} on ${few}`,
      measured: String(largeRequests),
      value: largeRequests - smallRequests,
      budget: morePages,
      unit: "requests",
    },
    {
      what: `resident memory of a preflight on ${many} clusters`,
      floor: "–",
      measured: mebibytes(large.peakMiB),
      value: large.peakMiB,
      budget: 256,
      unit: "MiB",
    },
    {
      what: `  against ${few} clusters`,
      floor: mebibytes(small.peakMiB),
      measured: mebibytes(large.peakMiB),
      value: large.peakMiB / small.peakMiB,
      budget: 1.3,
      unit: "×",
    },
  ];
}

/** What a large fleet costs before anything is changed. */
export const preflight: Bench = {
  name: "preflight",
  summary: `time, requests and memory of a preflight on ${few} and ${many} clusters; two minutes`,
  async run(log) {
    const folder = await mkdtemp(join(tmpdir(), "fairlead-bench-"));
    const { servers, stop } = await startBareHubs("2.16.1");
    try {
      const [primary, secondary] = [servers.server("primary"), servers.server("secondary")];
      for (const { name, kubeconfig } of [
        { name: "primary", kubeconfig: primary.kubeconfig() },
        { name: "secondary", kubeconfig: secondary.kubeconfig() },
      ]) {
        await mkdir(join(folder, name));
        await copyFile(kubeconfig, join(folder, name, "kubeconfig"));
      }
      return await measure({ primary, secondary, folder }, log);
    } finally {
      await stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
