import { AsyncLocalStorage } from "node:async_hooks";
import { promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * Preloaded into a child process: every file system call of a contender waits for its turn, and a seeded driver
 * decides whose turn it is, so that one seed is one exact interleaving. A contender may be killed at any turn: its
 * call never happens and never returns.
 */
export interface Contender {
  readonly name: string;
  killed: boolean;
  ended: boolean;
}

interface Waiting {
  readonly contender: Contender;
  readonly go: () => void;
}

const current = new AsyncLocalStorage<Contender>();
let waiting: Waiting[] = [];
let arrived: () => void = () => undefined;

/** The point at which a contender may be overtaken or killed. */
export function turn(): Promise<void> {
  const contender = current.getStore();
  if (contender === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    waiting.push({ contender, go: resolve });
    arrived();
  });
}

type Calls = Record<string, (...args: unknown[]) => Promise<unknown>>;

function wrap(target: Calls, names: readonly string[]): void {
  for (const name of names) {
    const original = target[name];
    if (original === undefined) throw new Error(`no file system call ${name}`);
    target[name] = async function wrapped(this: unknown, ...args: unknown[]): Promise<unknown> {
      await turn();
      return original.apply(this, args);
    };
  }
}

const handle = await promises.open("/dev/null");
const prototype = Object.getPrototypeOf(handle) as Calls; // node does not export the class of its file handles
await handle.close();
wrap(prototype, ["write", "writeFile", "stat", "read"]);
wrap(promises as unknown as Calls, ["open", "rename", "link", "rm", "stat"]);
syncBuiltinESMExports();

export interface Schedule {
  readonly random: () => number;
  /** Chance that a contender is killed at a turn. */
  readonly killRate: number;
  readonly onKill: (contender: Contender) => void;
}

/** Starts every contender; what one of them throws lands in `failures`. */
function launch(works: ReadonlyMap<Contender, () => Promise<void>>, failures: unknown[]): void {
  waiting = [];
  for (const [contender, work] of works) {
    void current
      .run(contender, work)
      .catch((error: unknown) => failures.push(error))
      .finally(() => {
        contender.ended = true;
        arrived();
      });
  }
}

/** Resolves when every living contender waits for its turn; false when none lives or one has failed. */
async function everyoneStands(contenders: readonly Contender[], failures: readonly unknown[]): Promise<boolean> {
  for (;;) {
    const alive = contenders.filter(({ ended, killed }) => !ended && !killed);
    if (alive.length === 0 || failures.length > 0) return false;
    if (alive.every((contender) => waiting.some((entry) => entry.contender === contender))) return true;
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

/** Takes the next one out of the queue. Long runs of one contender find the narrow races, even chances the wide ones. */
function next(random: () => number, stickiness: number, last: Contender | undefined): Waiting | undefined {
  const again = random() < stickiness ? waiting.findIndex(({ contender }) => contender === last) : -1;
  const [entry] = waiting.splice(again < 0 ? Math.floor(random() * waiting.length) : again, 1);
  return entry;
}

/** Runs the contenders to their ends, one call at a time. */
export async function drive(
  works: ReadonlyMap<Contender, () => Promise<void>>,
  { random, killRate, onKill }: Schedule,
): Promise<void> {
  const failures: unknown[] = [];
  const stickiness = [0, 0.6, 0.9, 0.97][Math.floor(random() * 4)] ?? 0;
  let last: Contender | undefined;
  const contenders = [...works.keys()];
  launch(works, failures);
  while (await everyoneStands(contenders, failures)) {
    const entry = next(random, stickiness, last);
    last = entry?.contender;
    if (entry === undefined || entry.contender.killed) continue;
    if (random() < killRate) {
      entry.contender.killed = true;
      onKill(entry.contender);
    } else entry.go();
  }
  if (failures.length > 0) throw failures[0];
}
