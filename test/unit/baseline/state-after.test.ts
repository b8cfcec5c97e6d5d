import { describe, expect, test } from "@jest/globals";
import type { RunRecord } from "../../../steps/baseline/run/run-record.ts";
import { stateAfter } from "../../../steps/baseline/run/state-after.ts";
import { type BaselineState, emptyState, objectKey } from "../../../steps/baseline/state/baseline-state.ts";
import { afterCorrection, mostCorrections, peace, type War } from "../../../steps/baseline/throttle/edit-war.ts";
import {
  assetRecord,
  deschedulerIdentity,
  failedAt,
  runRecord,
  swapIdentity,
  tombstone,
} from "./support/run-records.ts";

const hour = 3_600_000;
const finishedAt = 1_000 * hour;
const swapKey = objectKey(swapIdentity);
const deschedulerKey = objectKey(deschedulerIdentity);

function afterRun(change: Partial<RunRecord>, before: Partial<BaselineState>): BaselineState {
  return stateAfter(runRecord({ finishedAt, ...change }), { ...emptyState, ...before });
}

describe("what is known of an object after a run", () => {
  const swap = assetRecord("swap-enable", { result: "unchanged" }, { identity: swapIdentity });
  const identities = { "swap-enable": swapIdentity, "gone-asset": deschedulerIdentity };
  const thrashings = { [swapKey]: 2, [deschedulerKey]: 3 };
  const names = (change: Partial<RunRecord>, before: Partial<BaselineState> = {}): readonly string[] =>
    Object.keys(afterRun(change, { identities, thrashings, ...before }).identities).toSorted();

  test("goes with its asset, once the catalog has none of that name", () => {
    const state = afterRun({ assets: [swap] }, { identities, thrashings });
    expect(state.identities).toEqual({ "swap-enable": swapIdentity });
    expect(state.thrashings).toEqual({ [swapKey]: 2 });
  });

  test("stays for an hour after it was last corrected, for a release that is rolled back", () => {
    const bucket = (age: number) => ({ [deschedulerKey]: { tokens: 9, lastFill: 0, lastAccessed: finishedAt - age } });
    expect(names({ assets: [swap] }, { buckets: bucket(hour / 2) })).toEqual(["gone-asset", "swap-enable"]);
    expect(names({ assets: [swap] }, { buckets: bucket(2 * hour) })).toEqual(["swap-enable"]);
  });

  const stops: readonly (readonly [string, Partial<RunRecord>])[] = [
    ["was interrupted", { ending: { ending: "interrupted", error: "SIGTERM" }, assets: [] }],
    ["stopped at the HyperConverged", { assets: [assetRecord("hco-golden-config", failedAt("apply"))] }],
  ];
  test.each(stops)("stays where the run %s, and did not come to all assets", (_how, change) => {
    expect(names(change)).toEqual(["gone-asset", "swap-enable"]);
  });
});

describe("what is known of an object of an earlier release", () => {
  const earlier = { "UIPlugin/kubevirt-plugin": { status: 1, since: 5 }, "UIPlugin/other": { status: 1, since: 6 } };

  test("is what a run that came to its end has found", () => {
    const { tombstones } = afterRun({ tombstones: [tombstone("pending")] }, { tombstones: earlier });
    expect(tombstones).toEqual({ "UIPlugin/kubevirt-plugin": { status: 1, since: 5 } });
  });

  test("stays where a run was stopped before it came to it", () => {
    const ending = { ending: "interrupted", error: "SIGTERM" } as const;
    const { tombstones } = afterRun({ ending, tombstones: [tombstone("deleted")] }, { tombstones: earlier });
    expect(tombstones).toEqual({
      "UIPlugin/kubevirt-plugin": { status: 0, since: finishedAt },
      "UIPlugin/other": { status: 1, since: 6 },
    });
  });
});

describe("the corrections that are stored", () => {
  test("are the newest ones, however many there are", () => {
    const limits = { capacity: 10, windowMs: 1, repeatThreshold: 0, repeatWindowMs: 24 * hour };
    let war: War = peace;
    for (let now = 0; now < mostCorrections + 5; now += 1) {
      war = afterCorrection(war, limits, { paths: ["/spec"], now }, "run");
    }
    expect([war.corrections.length, war.corrections[0]?.at]).toEqual([mostCorrections, 5]);
  });
});
