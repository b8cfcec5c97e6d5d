import { beforeAll, describe, expect, test } from "@jest/globals";
import { observe } from "../../../steps/baseline/metrics/duration-histogram.ts";
import { baselineStateSchema } from "../../../steps/baseline/state/baseline-state.schema.ts";
import { type BaselineState, emptyState, objectKey, pruned } from "../../../steps/baseline/state/baseline-state.ts";
import { readState } from "../../../steps/baseline/state/read-state.ts";
import { peace, type War } from "../../../steps/baseline/throttle/edit-war.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../steps/lib/schema/validator.ts";

const hour = 3_600_000;
const now = 1_000 * hour;
const bucket = (lastAccessed: number) => ({ tokens: 3, lastFill: lastAccessed, lastAccessed });
const paused: War = { ...peace, episodeReported: true, pauseMarked: true };
const corrected = (at: number, paths: readonly string[] = ["/spec/a"]): War => ({
  ...peace,
  corrections: [{ at, runId: "run", paths }],
});
const state = (change: Partial<BaselineState>): BaselineState => ({ ...emptyState, ...change });

describe("the state that one run leaves to the next", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(baselineStateSchema);
  });

  test("is what was stored", () => {
    const full = state({
      lastRun: { id: "r", startedAt: 1, finishedAt: 2, outcome: "ok" },
      buckets: { a: bucket(5) },
      wars: { a: corrected(7) },
      lastSuccessAt: 2,
      thrashings: { a: 1 },
      durations: { a: observe(undefined, 0.2) },
      identities: { swap: { apiVersion: "v1", kind: "A", name: "a", namespace: "" } },
      customizations: { a: ["patch", "ignore"] },
      missingCrds: ["x.y"],
      tombstones: { t: { status: 1, since: 3 } },
    });
    expect(readState(JSON.stringify(full), validate)).toEqual({ state: "read", value: full });
  });

  test("is what was stored, however long the names of fields and runs are", () => {
    const history = [{ at: 7, runId: "r".repeat(300), paths: [`/spec/${"a".repeat(5_000)}`] }];
    const full = state({ wars: { a: { ...peace, corrections: history } } });
    expect(readState(JSON.stringify(full), validate)).toEqual({ state: "read", value: full });
  });

  test("is empty where there was none", () => {
    expect(readState(undefined, validate)).toEqual({ state: "absent", value: emptyState });
  });

  test.each([
    ["{", "it is not JSON"],
    ["[]", "must be object"],
    [JSON.stringify({ ...emptyState, schemaVersion: 2 }), "/schemaVersion"],
    [
      JSON.stringify({ ...emptyState, buckets: { a: { tokens: -1, lastFill: 0, lastAccessed: 0 } } }),
      "/buckets/a/tokens",
    ],
    [JSON.stringify({ ...emptyState, wars: { a: { ...peace, pauseMarked: "yes" } } }), "/wars/a/pauseMarked"],
  ])("B-12-42 begins anew where it cannot be used: %s", (text, reason) => {
    expect(readState(text, validate)).toEqual({
      state: "reset",
      value: emptyState,
      reason: expect.stringContaining(reason),
    });
  });
});

describe("the state that is worth keeping", () => {
  const all = (): boolean => true;

  test("forgets buckets that nobody asked for an hour, and objects at peace", () => {
    const kept = pruned(
      state({ buckets: { old: bucket(now - hour - 1), young: bucket(now) }, wars: { quiet: peace, paused } }),
      all,
      now,
    );
    expect(Object.keys(kept.buckets)).toEqual(["young"]);
    expect(Object.keys(kept.wars)).toEqual(["paused"]);
  });

  test("forgets what is not in the catalog any more, once nothing was done to it for an hour", () => {
    const wars = { gone: paused, leaving: paused };
    const kept = pruned(state({ wars, buckets: { leaving: bucket(now) } }), () => false, now);
    expect(Object.keys(kept.wars)).toEqual(["leaving"]);
  });

  test("forgets how long an object took that is not in the catalog any more", () => {
    const durations = { known: observe(undefined, 1), gone: observe(undefined, 1) };
    const kept = pruned(state({ durations }), (key) => key === "known", now);
    expect(Object.keys(kept.durations)).toEqual(["known"]);
  });

  test("drops the oldest histories until it fits into a ConfigMap, and keeps what is paused", () => {
    const long = Array.from({ length: 5_000 }, (_, index) => `/spec/a-long-name-of-a-field-${index}`);
    const wars = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`a${index}`, { ...corrected(index, long), pauseMarked: true }]),
    );
    const kept = pruned(state({ wars }), all, now);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(900 * 1024);
    expect(Object.keys(kept.wars)).toHaveLength(8);
    const histories = Object.values(kept.wars).map(({ corrections }) => corrections.length);
    expect(histories).toEqual(histories.toSorted((one, other) => one - other));
    expect(histories.at(-1)).toBe(1);
  });
});

test("objects are known by kind, namespace and name", () => {
  const identity = { apiVersion: "v1", kind: "A", name: "n", namespace: "" };
  expect([objectKey(identity), objectKey({ ...identity, namespace: "ns" })]).toEqual(["A/n", "A/ns/n"]);
});
