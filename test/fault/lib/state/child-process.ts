import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const here = import.meta.dirname;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Modules loaded before the program. */
  readonly preload?: readonly string[];
  /** Wraps the program: `["prlimit", "--fsize=100"]`. */
  readonly under?: readonly string[];
}

/** A program of this folder in a process of its own, on the same node. */
export function startChild(program: string, args: readonly string[], options: ChildOptions = {}): ChildProcess {
  const preload = (options.preload ?? []).flatMap((module) => ["--import", join(here, module)]);
  const [command = "", ...rest] = [
    ...(options.under ?? []),
    process.execPath,
    ...preload,
    join(here, program),
    ...args,
  ];
  return spawn(command, rest, { env: { ...process.env, ...options.environment }, stdio: ["ignore", "pipe", "pipe"] });
}

export function ended(child: ChildProcess): Promise<Ended> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
}

export function runChild(program: string, args: readonly string[], options: ChildOptions = {}): Promise<Ended> {
  return ended(startChild(program, args, options));
}

/** mulberry32: the same seed gives the same numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
