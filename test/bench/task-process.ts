import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const lookMs = 5;
const kibi = 1024;

/** `area/task` of a Task. */
export type TaskName = "switchover/preflight" | "baseline/reconcile";

/** The heap limit with which a Task starts the program. */
export async function taskOptions(task: TaskName): Promise<string> {
  const [, name] = task.split("/");
  const { spec } = parse(await readFile(join(root, `tasks/${task}/${name}.yaml`), "utf8"));
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

export interface NodeProcess {
  readonly args: readonly string[];
  /** Exit codes that count as a measurement. */
  readonly codes: readonly number[];
  readonly nodeOptions: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly pid: number;
  readonly ended: AbortSignal;
  /** Milliseconds from its start to its end. */
  readonly ms: Promise<number>;
}

/** Starts a process of Node as a Task does. */
export function startProcess({ args, codes, nodeOptions, environment = {} }: NodeProcess): Running {
  const began = performance.now();
  const env = { ...process.env, ...environment, NODE_OPTIONS: nodeOptions };
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

/** MiB of resident memory at the highest, once the process has ended as it should. */
export async function peakMemory({ pid, ended, ms }: Running): Promise<number> {
  const [peak] = await Promise.all([peakOf(pid, ended), ms]);
  return peak;
}
