import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunSummary } from "../../steps/baseline/report/run-summary.ts";
import type { TestApiServer } from "../support/api-servers.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { exporterImage } from "./baseline-platform.ts";
import { median } from "./paired.ts";
import { type Row, seconds } from "./row.ts";
import { peakMemory, type Running, startProcess, taskOptions } from "./task-process.ts";

const program = join(import.meta.dirname, "../../dist/fairlead");
const delayMs = 20;
const rounds = 5;
const latencyBudgetSeconds = 30;
const memoryBudgetMiB = 256;

interface Process {
  readonly kubeconfig: string;
  readonly folder: string;
  readonly nodeOptions: string;
}

function start({ kubeconfig, folder, nodeOptions }: Process): Running {
  const images = ["--related-images", `KUBEVIRT_METRICS_EXPORTER=${exporterImage}`];
  return startProcess({
    args: [program, "baseline", "reconcile", "--workspace", `output=${folder}`, ...images],
    codes: [0],
    nodeOptions,
    environment: { KUBECONFIG: kubeconfig },
  });
}

/** Assets that the run found at the baseline. @throws Error where it changed any */
async function unchangedIn(folder: string): Promise<number> {
  const { assets }: RunSummary = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
  const changed = assets.filter(({ result }) => result === "applied").map(({ asset }) => asset);
  if (changed.length > 0) throw new Error(`there was drift: ${changed.join(", ")}`);
  return assets.filter(({ result }) => result === "unchanged").length;
}

async function timesOf(process: Process): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await start(process).ms);
  return times;
}

async function slowRuns(server: TestApiServer, direct: Process): Promise<readonly Row[]> {
  const plain = median(await timesOf(direct));
  const proxy = await startFaultProxy({ target: server.url, targetAuthority: server.caFile });
  try {
    proxy.add({ delayMs });
    const slow = { ...direct, kubeconfig: await proxy.kubeconfig(server.kubeconfig()) };
    const times = await timesOf(slow);
    const unchanged = await unchangedIn(direct.folder);
    const requests = Math.round(proxy.requests.length / rounds);
    const ms = median(times);
    return [
      {
        what: `baseline reconcile, ${unchanged} assets in place, each request ${delayMs} ms late (${requests} of them)`,
        floor: `${seconds(plain)} without`,
        measured: `${seconds(ms)}, at most ${seconds(Math.max(...times))}`,
        value: ms / 1000,
        budget: latencyBudgetSeconds,
        unit: "s",
      },
    ];
  } finally {
    await proxy.stop();
  }
}

async function peaksOf(process: Process, first: number): Promise<Row> {
  const peaks = [first];
  for (let round = 0; round < rounds; round += 1) peaks.push(await peakMemory(start(process)));
  const highest = Math.max(...peaks);
  return {
    what: `  its resident memory, highest of a first run and ${rounds} further ones`,
    floor: "–",
    measured: `${Math.round(highest)} MiB`,
    value: highest,
    budget: memoryBudgetMiB,
    unit: "MiB",
  };
}

async function inFolder<T>(server: TestApiServer, work: (process: Process) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-bench-"));
  try {
    const nodeOptions = await taskOptions("baseline/reconcile");
    return await work({ kubeconfig: server.kubeconfig(), folder, nodeOptions });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Brings a platform to its baseline by the program itself. Resolves with the MiB that it took at the highest. */
export function firstRun(server: TestApiServer): Promise<number> {
  return inFolder(server, (process) => peakMemory(start(process)));
}

/**
 * Time over a slow network and memory of the program itself, on a platform that is at its baseline.
 *
 * @param firstPeak what `firstRun` took
 */
export function wholeRuns(server: TestApiServer, firstPeak: number): Promise<readonly Row[]> {
  return inFolder(server, async (process) => [...(await slowRuns(server, process)), await peaksOf(process, firstPeak)]);
}
