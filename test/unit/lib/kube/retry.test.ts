import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type RetryEnvironment, retryDelayMs, retryPolicy, withRetry } from "../../../../steps/lib/kube/retry.ts";
import { alwaysDrawing, JumpingClock, kubeError } from "./fixtures.ts";

function environment(more: Partial<Omit<RetryEnvironment, "clock">> = {}) {
  const clock = new JumpingClock();
  const { signal } = new AbortController();
  return { random: alwaysDrawing(0.999), signal, repeatable: true, onRetry: () => undefined, ...more, clock };
}

/** Fails with the errors in turn, then succeeds. */
function failing(...errors: readonly unknown[]): { readonly call: () => Promise<string>; count: () => number } {
  let calls = 0;
  return {
    count: () => calls,
    call: async () => {
      calls += 1;
      if (calls <= errors.length) throw errors[calls - 1];
      return "answer";
    },
  };
}

describe("the pause before a repetition", () => {
  test("lies between zero and the bound that doubles from 1 s to 10 s", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (attempt, random) => {
          const delay = retryDelayMs(attempt, random);
          return delay >= 0 && delay <= Math.min(10_000, 1000 * 2 ** (attempt - 2));
        },
      ),
    );
  });

  test("reaches its bound: 1, 2, 4, 8, 10, 10 s", () => {
    expect([2, 3, 4, 5, 6, 7].map((attempt) => retryDelayMs(attempt, 1))).toEqual([
      1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  test("is never shorter than Retry-After, which counts up to a minute", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.nat(10_000_000), (attempt, retryAfter) => {
        const delay = retryDelayMs(attempt, 0, retryAfter);
        return delay === Math.min(retryAfter, retryPolicy.maximumRetryAfterMs);
      }),
    );
  });
});

describe("repeating a call", () => {
  test("ends with the first success", async () => {
    const { call, count } = failing(kubeError("ServerError"), kubeError("Unreachable"));
    const env = environment();
    expect(await withRetry(call, env)).toBe("answer");
    expect(count()).toBe(3);
    expect(env.clock.pauses).toEqual([999, 1998]);
  });

  test("gives up after five attempts with the last failure", async () => {
    const last = kubeError("Timeout");
    const { call, count } = failing(...[1, 2, 3, 4].map(() => kubeError("ServerError")), last);
    await expect(withRetry(call, environment())).rejects.toBe(last);
    expect(count()).toBe(5);
  });

  test("tries as often as the caller says", async () => {
    const { call, count } = failing(kubeError("ServerError"), kubeError("ServerError"));
    await expect(withRetry(call, environment({ attempts: 1 }))).rejects.toThrow("KUBE-11");
    expect(count()).toBe(1);
  });

  test("never happens for a failure that lasts", async () => {
    const { call, count } = failing(kubeError("Forbidden"));
    await expect(withRetry(call, environment())).rejects.toThrow("KUBE-02");
    expect(count()).toBe(1);
  });

  test("never happens for a defect", async () => {
    const { call, count } = failing(new TypeError("undefined is no function"));
    await expect(withRetry(call, environment())).rejects.toThrow(TypeError);
    expect(count()).toBe(1);
  });

  test("happens for an unrepeatable write only where nothing was carried out", async () => {
    const unclear = failing(kubeError("Unreachable"));
    await expect(withRetry(unclear.call, environment({ repeatable: false }))).rejects.toThrow("KUBE-14");
    const untouched = failing(kubeError("TooManyRequests"), kubeError("Unreachable", { untouched: true }));
    expect(await withRetry(untouched.call, environment({ repeatable: false }))).toBe("answer");
  });

  test("waits as long as the server asks", async () => {
    const { call } = failing(kubeError("TooManyRequests", { retryAfterMs: 30_000 }));
    const env = environment();
    await withRetry(call, env);
    expect(env.clock.pauses).toEqual([30_000]);
  });

  test("tells of each repetition: why, which attempt, how long the pause", async () => {
    const told: unknown[] = [];
    const { call } = failing(kubeError("ServerError"), kubeError("Timeout"));
    await withRetry(
      call,
      environment({ onRetry: (error, attempt, delay) => told.push([error.reason, attempt, delay]) }),
    );
    expect(told).toEqual([
      ["ServerError", 1, 999],
      ["Timeout", 2, 1998],
    ]);
  });

  test("ends with the signal's reason, also in the middle of a pause", async () => {
    const stop = new AbortController();
    const { call, count } = failing(kubeError("ServerError"), kubeError("ServerError"));
    const onRetry = () => stop.abort(new Error("cancelled"));
    await expect(withRetry(call, environment({ signal: stop.signal, onRetry }))).rejects.toThrow("cancelled");
    expect(count()).toBe(1);
  });
});
