import { describe, expect, test } from "@jest/globals";
import { pauseAfterFailures } from "../../../../steps/baseline/watch/pause-after-failures.ts";
import { Readiness } from "../../../../steps/baseline/watch/readiness.ts";
import type { Touch } from "../../../../steps/baseline/watch/touch.ts";
import { TouchQueue } from "../../../../steps/baseline/watch/touch-queue.ts";
import { ManualClock, until } from "../../lib/state/state-fixtures.ts";

const touch = (crd: string): Touch => ({ what: "crd", crd });
const [a, b, c] = [touch("a"), touch("b"), touch("c")];

/** Lets everybody go on who can. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function opened() {
  const clock = new ManualClock();
  const queue = new TouchQueue(clock, { quietMs: 1000, atMostMs: 3000 });
  const over = new AbortController();
  const bursts: (readonly Touch[])[] = [];
  const next = async (): Promise<void> => {
    bursts.push(await queue.next(over.signal));
  };
  /** Lets that much time pass once somebody sleeps. */
  const pass = async (ms: number): Promise<void> => {
    await turn();
    await until(() => clock.nextWake() !== undefined);
    clock.pass(ms);
    await turn();
  };
  return { clock, queue, over, bursts, next, pass };
}

describe("a burst of changes", () => {
  test("is over when nothing more has changed for the quiet time", async () => {
    const { queue, bursts, next, pass } = opened();
    const taken = next();
    queue.add([a]);
    await pass(999);
    expect(bursts).toEqual([]);
    queue.add([b]);
    await pass(999);
    expect(bursts).toEqual([]);
    await pass(1);
    await taken;
    expect(bursts).toEqual([[a, b]]);
  });

  test("is answered after the longest time though it goes on", async () => {
    const { queue, bursts, next, pass } = opened();
    queue.add([a]);
    const taken = next();
    for (const ms of [900, 900, 900]) {
      await pass(ms);
      queue.add([b]);
    }
    await pass(300);
    await taken;
    expect(bursts).toEqual([[a, b, b, b]]);
  });

  test("that comes while a run is at work waits for the next one", async () => {
    const { queue, bursts, next, pass } = opened();
    queue.add([a]);
    const first = next();
    await pass(1000);
    await first;
    queue.add([c]);
    const second = next();
    await pass(1000);
    await second;
    expect(bursts).toEqual([[a], [c]]);
  });

  test("is not waited for any more once the run is stopped, neither before nor within one", async () => {
    const { queue, over, next } = opened();
    const before = next();
    over.abort(new Error("stopped"));
    await expect(before).rejects.toThrow("stopped");
    queue.add([a]);
    await expect(next()).rejects.toThrow("stopped");
  });
});

test("a run that failed is tried again after pauses that grow to a minute", () => {
  expect([1, 2, 3, 6, 60].map((failures) => pauseAfterFailures(failures, 1))).toEqual([
    2000, 4000, 8000, 60_000, 60_000,
  ]);
  expect(pauseAfterFailures(60, 0)).toBe(30_000);
});

describe("a watcher", () => {
  test("is ready once it has seen everything, and while it sees everything", () => {
    const readiness = new Readiness();
    expect(readiness.reasons).toEqual(["not everything was seen yet"]);
    readiness.start();
    expect(readiness.reasons).toEqual([]);
    readiness.tell("nodes", "connection refused");
    expect(readiness.reasons).toEqual(["nodes: connection refused"]);
    readiness.tell("nodes", undefined);
    expect(readiness.reasons).toEqual([]);
  });
});
