import { describe, expect, test } from "@jest/globals";
import type { Clock } from "../../../../steps/lib/clock/clock.ts";
import { stoppedBySignal } from "../../../../steps/lib/step/step-errors.ts";
import { runCleanups, StopControl, settleOrAbandon } from "../../../../steps/lib/step/work-in-time.ts";

interface ManualClock extends Clock {
  /** Lets every sleep of at most this length end. */
  elapse(ms: number): void;
}

function manualClock(): ManualClock {
  const sleeps: { readonly ms: number; readonly wake: () => void }[] = [];
  return {
    now: () => 0,
    monotonic: () => 0,
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        sleeps.push({ ms, wake });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    elapse: (ms) => {
      for (const sleep of sleeps) if (sleep.ms <= ms) sleep.wake();
    },
  };
}

/** Lets everything that is ready to run do so. */
async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const never = new Promise<void>(() => undefined);

describe("settleOrAbandon", () => {
  test("reports the end of work that nobody stopped", async () => {
    expect(await settleOrAbandon(Promise.resolve(), new StopControl(), manualClock())).toEqual({ ended: "done" });
  });

  test("reports what the work threw", async () => {
    const error = new Error("x");
    expect(await settleOrAbandon(Promise.reject(error), new StopControl(), manualClock())).toEqual({
      ended: "failed",
      error,
    });
  });

  test("leaves work behind that ignores its signal for 12 s", async () => {
    const stop = new StopControl();
    const clock = manualClock();
    const outcome = settleOrAbandon(never, stop, clock);
    stop.stop(stoppedBySignal("SIGTERM"));
    await settleMicrotasks();
    clock.elapse(12_000);
    expect(await outcome).toEqual({ ended: "abandoned" });
  });

  test("keeps the first cause of a stop", () => {
    const stop = new StopControl();
    stop.stop(stoppedBySignal("SIGTERM"));
    stop.stop(stoppedBySignal("SIGINT"));
    expect(stop.cause?.exitCode).toBe(143);
    expect(stop.signal.reason).toBe(stop.cause);
  });
});

describe("runCleanups", () => {
  test("runs all, last registered first, even when one fails", async () => {
    const order: string[] = [];
    const cleanup = (name: string, error?: Error) => async () => {
      order.push(name);
      if (error !== undefined) throw error;
    };
    const broken = new Error("broken");
    const ran = await runCleanups(
      [cleanup("first"), cleanup("second", broken), cleanup("third")],
      20_000,
      manualClock(),
    );
    expect(order).toEqual(["third", "second", "first"]);
    expect(ran).toEqual({ errors: [broken], timedOut: false });
  });

  test("gives up when the budget is used", async () => {
    const clock = manualClock();
    const ran = runCleanups([() => never], 8_000, clock);
    await settleMicrotasks();
    clock.elapse(8_000);
    expect(await ran).toEqual({ errors: [], timedOut: true });
  });
});
