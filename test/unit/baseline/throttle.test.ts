import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { baselineStateSchema } from "../../../steps/baseline/state/baseline-state.schema.ts";
import { emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { readState } from "../../../steps/baseline/state/read-state.ts";
import {
  type Attempt,
  afterCorrection,
  type Gate,
  passGate,
  pauseState,
  peace,
  type War,
  type WarLimits,
} from "../../../steps/baseline/throttle/edit-war.ts";
import { type Bucket, isIdle, takeToken } from "../../../steps/baseline/throttle/token-bucket.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../steps/lib/schema/validator.ts";

const minute = 60_000;
const limits: WarLimits = { capacity: 10, windowMs: minute, repeatThreshold: 5, repeatWindowMs: 30 * minute };

describe("the tokens of an object", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(baselineStateSchema);
  });

  const take = (bucket: Bucket | undefined, now: number) => takeToken(bucket, limits, now);

  /** What happens to attempts at these times, ms. */
  function attempts(times: readonly number[]): readonly string[] {
    let bucket: Bucket | undefined;
    return times.map((now) => {
      const taken = take(bucket, now);
      bucket = taken.bucket;
      return taken.state;
    });
  }

  test("are ten at once", () => {
    expect(attempts(Array.from({ length: 11 }, () => 0)).indexOf("throttled")).toBe(10);
  });

  test("come back one by one, every six seconds", () => {
    const spent = Array.from({ length: 10 }, () => 0);
    expect(attempts([...spent, 5_999, 6_000, 6_001, 12_000]).slice(10)).toEqual([
      "throttled",
      "allowed",
      "throttled",
      "allowed",
    ]);
  });

  test("carry over what has come back of the next one", () => {
    const spent = Array.from({ length: 10 }, () => 0);
    // At 11 s one is back and five seconds of the next.
    expect(attempts([...spent, 11_000, 12_000]).slice(10)).toEqual(["allowed", "allowed"]);
  });

  test("are never more than the capacity, however long nobody asks", () => {
    expect(take({ tokens: 0, lastFill: 0, lastAccessed: 0 }, 1_000 * minute).bucket.tokens).toBe(9);
  });

  test("do not come back by a clock that went back", () => {
    const taken = take({ tokens: 0, lastFill: 100_000, lastAccessed: 100_000 }, 40_000);
    expect(taken).toEqual({ state: "throttled", bucket: { tokens: 0, lastFill: 40_000, lastAccessed: 40_000 } });
  });

  test("can be forgotten after an hour without a question", () => {
    const bucket = { tokens: 1, lastFill: 0, lastAccessed: 0 };
    expect([isIdle(bucket, 60 * minute), isIdle(bucket, 60 * minute + 1)]).toEqual([false, true]);
  });

  test("of an earlier run that had more are no more than this one allows", () => {
    const before = { tokens: 9, lastFill: 0, lastAccessed: 0 };
    const narrow = { capacity: 2, windowMs: 60 * minute };
    expect(takeToken(before, narrow, 1).bucket.tokens).toBe(1);
  });

  /** Clocks go back as well. */
  const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: -90_000, max: -1 })), {
    maxLength: 120,
  });

  /** How far the clock went forward, and how many attempts were allowed, from one of them to each later one. */
  function spansFrom(first: number, all: readonly number[], states: readonly string[]) {
    let [forward, allowed] = [0, 0];
    return all.slice(first).map((gap, index) => {
      forward += index === 0 ? 0 : Math.max(0, gap);
      allowed += states[first + index] === "allowed" ? 1 : 0;
      return { forward, allowed };
    });
  }

  test("never allow more than they hold and get back, whenever they are asked for and wherever the clock goes", () => {
    fc.assert(
      fc.property(gaps, (all) => {
        let now = 0;
        const states = attempts(
          all.map((gap) => {
            now += gap;
            return now;
          }),
        );
        for (const { forward, allowed } of [...all.keys()].flatMap((first) => spansFrom(first, all, states))) {
          // What had come back of a token before the first of them counts as one more.
          expect(allowed).toBeLessThanOrEqual(limits.capacity + Math.floor(forward / 6_000) + 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("are whole, none missing and never more than the capacity, whatever time it is and whatever is allowed", () => {
    const attempt = fc.record({
      now: fc.integer({ min: 0, max: 10 * minute }),
      capacity: fc.integer({ min: 1, max: 12 }),
      windowMs: fc.integer({ min: 1, max: 60 * minute }),
    });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 60 }), (all) => {
        let bucket: Bucket | undefined;
        for (const { now, ...given } of all) {
          ({ bucket } = takeToken(bucket, given, now));
          expect(Number.isInteger(bucket.tokens)).toBe(true);
          expect(bucket.tokens).toBeGreaterThanOrEqual(0);
          expect(bucket.tokens).toBeLessThan(given.capacity);
          // What is stored is what the next run believes.
          expect(readState(JSON.stringify({ ...emptyState, buckets: { object: bucket } }), validate).state).toBe(
            "read",
          );
        }
      }),
    );
  });
});

/** Runs one after the other on an object that drifts before each. */
function drifting(count: number, options: Partial<WarLimits>, attempt: (run: number) => Attempt): readonly Gate[] {
  const given = { ...limits, ...options };
  let war: War = peace;
  let bucket: Bucket | undefined;
  return Array.from({ length: count }, (_, run) => {
    const gate = passGate(war, bucket, given, attempt(run));
    bucket = gate.bucket ?? bucket;
    war = gate.state === "open" ? afterCorrection(war, given, attempt(run), `run-${run}`) : gate.war;
    return gate;
  });
}

const states = (gates: readonly Gate[]): readonly string[] => gates.map(({ state }) => state);

describe("an edit war", () => {
  test("B-12-36 is what finds no token three times in a row, told once", () => {
    const gates = drifting(7, { capacity: 2, windowMs: 60 * minute }, (run) => ({ paths: [`/spec/${run}`], now: run }));
    expect(states(gates)).toEqual(["open", "open", "throttled", "throttled", "edit-war", "edit-war", "edit-war"]);
    expect(gates.slice(4).map((gate) => gate.state === "edit-war" && gate.isNew)).toEqual([true, false, false]);
  });

  test("by ten tokens: ten corrections, two attempts without, then the pause", () => {
    const gates = drifting(13, {}, (run) => ({ paths: [`/spec/${run}`], now: 0 }));
    expect(states(gates)).toEqual([...Array(10).fill("open"), "throttled", "throttled", "edit-war"]);
  });

  test("B-12-39 D24 is what is corrected in the same field five times within the window", () => {
    const gates = drifting(6, {}, (run) => ({ paths: ["/spec/a", `/spec/${run}`], now: run * 5 * minute }));
    expect(states(gates)).toEqual([...Array(5).fill("open"), "edit-war"]);
  });

  test("B-12-40 is not what is corrected in another field each time", () => {
    const gates = drifting(20, {}, (run) => ({ paths: [`/spec/${run}`], now: run * minute }));
    expect(new Set(states(gates))).toEqual(new Set(["open"]));
  });

  test("is not what is corrected in the same field with longer pauses", () => {
    const gates = drifting(20, {}, (run) => ({ paths: ["/spec/a"], now: run * 7 * minute }));
    expect(new Set(states(gates))).toEqual(new Set(["open"]));
  });

  test("is never found by repetition where the threshold is 0", () => {
    const gates = drifting(20, { repeatThreshold: 0 }, (run) => ({ paths: ["/spec/a"], now: run * minute }));
    expect(new Set(states(gates))).toEqual(new Set(["open"]));
  });

  test("B-12-41 D25 is what is deleted again and again; a first creation counts against creations only", () => {
    const gates = drifting(6, {}, (run) => ({ paths: [""], now: run * minute }));
    expect(states(gates)).toEqual([...Array(5).fill("open"), "edit-war"]);
    const corrected = gates.map((_, run) => ({ at: run, runId: "r", paths: [""] }));
    expect(
      passGate({ ...peace, corrections: corrected }, undefined, limits, { paths: ["/spec/a"], now: 10 }).state,
    ).toBe("open");
  });

  test("takes no token where it is found by repetition", () => {
    const [last] = drifting(6, {}, () => ({ paths: ["/spec/a"], now: 0 })).slice(-1);
    expect(last).not.toHaveProperty("bucket");
  });

  test("is over with a correction that could be written", () => {
    const war = { ...peace, consecutiveThrottles: 2 };
    expect(afterCorrection(war, limits, { paths: ["/spec/a"], now: 1 }, "r")).toEqual({
      ...peace,
      corrections: [{ at: 1, runId: "r", paths: ["/spec/a"] }],
    });
  });

  test("forgets corrections that are older than the window", () => {
    const war = { ...peace, corrections: [{ at: 0, runId: "old", paths: ["/a"] }] };
    const after = afterCorrection(war, limits, { paths: ["/b"], now: 31 * minute }, "new");
    expect(after.corrections.map(({ runId }) => runId)).toEqual(["new"]);
  });

  test("is not what runs corrected by a clock that was a day ahead, once the clock is right again", () => {
    const gates = drifting(6, {}, (run) => ({ paths: ["/spec/a"], now: run === 5 ? 5 * minute : 1440 * minute + run }));
    expect(states(gates)).toEqual(Array(6).fill("open"));
  });

  test("is what is corrected again and again by machines whose clocks differ by a minute", () => {
    const gates = drifting(6, {}, (run) => ({ paths: ["/spec/a"], now: (run % 2) * minute }));
    expect(states(gates)).toEqual([...Array(5).fill("open"), "edit-war"]);
  });
});

describe("whatever drifts, and whenever", () => {
  const drift = fc.record({
    gap: fc.integer({ min: 0, max: 12 * minute }),
    paths: fc.uniqueArray(fc.constantFrom<string[]>("/a", "/b", "/c", ""), { minLength: 1, maxLength: 2 }),
  });

  test("D24 an edit war is what had five corrections of one field within half an hour, and nothing else is", () => {
    const untiring = { ...limits, capacity: 1000 };
    fc.assert(
      fc.property(fc.array(drift, { maxLength: 60 }), (drifts) => {
        const all: (Attempt & { readonly at: number })[] = [];
        let war: War = peace;
        let now = 0;
        for (const { gap, paths } of drifts) {
          now += gap;
          const alike: readonly unknown[] = all.filter(
            ({ at, paths: other }) => now - at <= 30 * minute && other.some((one) => paths.includes(one)),
          );
          const gate = passGate(war, undefined, untiring, { paths, now });
          expect(gate.state).toBe(alike.length >= 5 ? "edit-war" : "open");
          if (gate.state !== "open") continue;
          war = afterCorrection(war, untiring, { paths, now }, "run");
          all.push({ at: now, now, paths });
          expect(war.corrections.map(({ at }) => at)).toEqual(
            all.map(({ at }) => at).filter((at) => now - at <= 30 * minute),
          );
        }
      }),
    );
  });
});

describe("a pause", () => {
  const marked: War = { ...peace, episodeReported: true, pauseMarked: true };
  const unmarkedYet: War = { ...peace, episodeReported: true };
  const absent: War = { ...peace, episodeReported: true, pausedAbsent: true };

  test.each([
    ["is seen by the marker alone, whatever the state knows", peace, "marked", "paused"],
    ["goes on while the marker is there", marked, "marked", "paused"],
    ["B-12-38 ends when its user removes the marker", marked, "unmarked", "resumed"],
    ["ends with an object that is deleted, and its marker with it", marked, "absent", "resumed"],
    ["B-12-43 D26 whose marker could not be written is no resume", unmarkedYet, "unmarked", "not-paused"],
    ["B-12-41 D25 of an absent object goes on while it is absent", absent, "absent", "paused"],
    ["of an absent object ends when the object is there again", absent, "unmarked", "resumed"],
    ["is not where nothing is known", peace, "unmarked", "not-paused"],
  ] as const)("%s", (_given, war, sight, expected) => {
    expect(pauseState(war, sight)).toBe(expected);
  });

  test("B-12-43 D26 whose marker could not be written is tried again, and not told again", () => {
    expect(passGate(unmarkedYet, undefined, limits, { paths: ["/spec/a"], now: 0 })).toEqual({
      state: "edit-war",
      war: unmarkedYet,
      isNew: false,
    });
  });
});
