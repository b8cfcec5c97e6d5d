import { type ChildProcess, spawn } from "node:child_process";

/** How to start something and when it counts as done. */
export interface Timed {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `exit`, or the first bytes that it writes; then it is ended. */
  readonly until: "exit" | "first-line";
}

function start({ args, environment }: Timed): ChildProcess {
  return spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...environment },
  });
}

/** Milliseconds from the start of the process to its end or its first line. */
function time(timed: Timed): Promise<number> {
  const began = performance.now();
  const child = start(timed);
  let firstLine: number | undefined;
  const onData = (): void => {
    firstLine ??= performance.now() - began;
    if (timed.until === "first-line") child.kill("SIGKILL");
  };
  child.stdout?.on("data", onData);
  child.stderr?.on("data", onData);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (timed.until === "exit" && code === 0) resolve(performance.now() - began);
      else if (timed.until === "first-line" && firstLine !== undefined) resolve(firstLine);
      else reject(new Error(`${timed.args.join(" ")} ended with code ${code} without what was waited for`));
    });
  });
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

/** Medians of processes that take turns, so that a busy machine slows all of them alike. The first round warms up. */
export async function timePaired<K extends string>(
  timed: Readonly<Record<K, Timed>>,
  rounds: number,
): Promise<Readonly<Record<K, number>>> {
  const names = Object.keys(timed) as K[]; // the keys of a Record<K, …>
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const taken = await time(timed[name]);
      if (round > 0) times.get(name)?.push(taken);
    }
  }
  // Every key of K has its list.
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<K, number>;
}
