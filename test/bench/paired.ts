import { type ChildProcess, spawn } from "node:child_process";

/** How to start something and when it counts as done. */
export interface Timed {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `exit`, or the first line that it writes, which has to hold this text; then it is ended. */
  readonly until: "exit" | { readonly firstLineWith: string };
}

/** Medians of a measure and its floor, and of their ratio in each round. */
export interface Comparison {
  readonly measuredMs: number;
  readonly floorMs: number;
  readonly ratio: number;
}

function start({ args, environment }: Timed): ChildProcess {
  return spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...environment },
  });
}

/** Milliseconds from the start of the process to its end or its first line. */
export function timeProcess(timed: Timed): Promise<number> {
  const began = performance.now();
  const child = start(timed);
  let written = "";
  let firstLine: number | undefined;
  const onData = (chunk: Buffer): void => {
    written += String(chunk);
    if (timed.until === "exit" || !written.includes("\n")) return;
    firstLine ??= performance.now() - began;
    child.kill("SIGKILL");
  };
  child.stdout?.on("data", onData);
  child.stderr?.on("data", onData);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const isWanted =
        timed.until !== "exit" && written.slice(0, written.indexOf("\n")).includes(timed.until.firstLineWith);
      if (timed.until === "exit" && code === 0) resolve(performance.now() - began);
      else if (firstLine !== undefined && isWanted) resolve(firstLine);
      else reject(new Error(`${timed.args.join(" ")} ended with ${code} without what was waited for: ${written}`));
    });
  });
}

export async function timeWork(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function compare(measured: readonly number[], floor: readonly number[]): Comparison {
  const ratios = measured.map((value, round) => value / (floor[round] ?? Number.NaN));
  return { measuredMs: median(measured), floorMs: median(floor), ratio: median(ratios) };
}

/**
 * Works that take turns, so that a busy machine slows all of them alike; every other round in reverse, so that none
 * gains by coming first. A first round warms up and does not count.
 */
export async function takeTurns<K extends string>(
  works: Readonly<Record<K, (round: number) => Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<K, readonly number[]>>> {
  const names = Object.keys(works) as K[]; // the keys of a Record<K, …>
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[]>; // every key of K
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const taken = await works[name](round);
      if (round > 0) times[name].push(taken);
    }
  }
  return times;
}
