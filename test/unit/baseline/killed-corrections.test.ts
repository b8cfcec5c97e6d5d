import { describe, expect, test } from "@jest/globals";
import type { AssetEvent } from "../../../steps/baseline/asset/asset-event.ts";
import { RunState } from "../../../steps/baseline/run/run-state.ts";
import { keptState, stateAfter } from "../../../steps/baseline/run/state-after.ts";
import { type BaselineState, emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import {
  afterCorrection,
  beforeCorrection,
  passGate,
  peace,
  type Standing,
  settleIntent,
  type War,
  type WarLimits,
} from "../../../steps/baseline/throttle/edit-war.ts";
import { assetRecord, deschedulerIdentity, runRecord, swapIdentity } from "./support/run-records.ts";

const limits: WarLimits = { capacity: 3, windowMs: 3_600_000, repeatThreshold: 2, repeatWindowMs: 3_600_000 };
const attempt = { paths: ["/spec/mode"], now: 1_000 };
const earlier = { at: 500, runId: "run-1", paths: ["/spec/mode"] };
const key = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";

/** As a run leaves an object that is killed between the two writes. */
function killed(version: string, war: War = peace): Standing {
  const gate = passGate(war, undefined, limits, attempt);
  if (gate.state !== "open") throw new Error("it may be corrected");
  return { war: beforeCorrection(war, attempt, { runId: "run-2", version }), bucket: gate.bucket };
}

describe("a correction that a killed run had stored", () => {
  test("counts until somebody has looked at the object", () => {
    const { war, bucket } = killed("7", { ...peace, corrections: [earlier] });
    expect(passGate(war, bucket, limits, attempt).state).toBe("edit-war");
  });

  test("did not come about where the object is the one that it was to be written on: its token comes back", () => {
    const before = { ...peace, consecutiveThrottles: 2, corrections: [earlier] };
    expect(settleIntent(killed("7", before), limits, "7")).toEqual({
      war: before,
      bucket: { tokens: 3, lastFill: 1_000, lastAccessed: 1_000 },
    });
  });

  test("came about where the object is another one since: as if the run had lived to count it", () => {
    const before = { ...peace, consecutiveThrottles: 2, corrections: [earlier] };
    const settled = settleIntent(killed("7", before), limits, "8");
    expect(settled.war).toEqual(afterCorrection(before, limits, attempt, "run-2"));
    expect(settled.bucket?.tokens).toBe(2);
  });

  test.each([
    ["is there now", "8"],
    ["is still absent, since it may have been made and deleted", ""],
  ])("came about where the object was absent and %s", (_how, version) => {
    const { war, bucket } = settleIntent(killed(""), limits, version);
    expect([war.corrections, bucket?.tokens]).toEqual([[{ at: 1_000, runId: "run-2", paths: ["/spec/mode"] }], 2]);
  });

  test("is nothing to find out about where the run lived to store its end", () => {
    const standing = { war: afterCorrection(peace, limits, attempt, "run-2"), bucket: undefined };
    expect(settleIntent(standing, limits, "7")).toEqual(standing);
  });

  test("never gives back more tokens than an object can have", () => {
    const { war } = killed("7");
    const full = { tokens: 3, lastFill: 0, lastAccessed: 0 };
    expect(settleIntent({ war, bucket: full }, limits, "7").bucket?.tokens).toBe(3);
  });
});

describe("what a run stores", () => {
  test("is what it knows at that moment", async () => {
    const kept: BaselineState[] = [];
    const state = new RunState(emptyState, async (one) => {
      kept.push(one);
    });
    state.setStanding(deschedulerIdentity, killed("7"));
    await state.keep();
    state.setStanding(deschedulerIdentity, { war: peace, bucket: undefined });
    expect(kept.map(({ wars, buckets }) => [wars[key]?.corrections.length, buckets[key]?.tokens])).toEqual([[1, 2]]);
    expect(state.bucket(deschedulerIdentity)).toBeUndefined();
  });

  describe("of an edit war", () => {
    const war: War = { ...peace, episodeReported: true, isUntold: true };
    const state: BaselineState = {
      ...emptyState,
      identities: { "descheduler-loadaware": deschedulerIdentity, "swap-enable": swapIdentity },
      wars: { [key]: war, "MachineConfig/90-worker-swap-online": war },
    };
    const outcome = { result: "failed", cause: "edit-war", error: "paused", isPaused: true } as const;
    const fought = (events: readonly AssetEvent[]) =>
      assetRecord("descheduler-loadaware", outcome, { identity: deschedulerIdentity, events });
    const leftOut = ["descheduler-loadaware", "swap-enable"].map((asset) =>
      assetRecord(asset, { result: "not-selected", reason: "not-in-allowlist" }),
    );
    const swap = assetRecord("swap-enable", { result: "unchanged" }, { identity: swapIdentity });
    const toldNow = fought([{ reason: "ThrashingDetected", note: "somebody else" }]);

    test("is that it is untold while the run goes on", () => {
      expect(keptState(state, 0).wars[key]).toEqual(war);
    });

    test("is that it is told once its Event is written, which is before the state of a run that ends", () => {
      const { wars } = stateAfter(runRecord({ assets: [toldNow] }), state);
      expect(wars[key]).toEqual({ ...peace, episodeReported: true });
    });

    test.each([
      ["told of another object", runRecord({ assets: [toldNow, swap] }), "MachineConfig/90-worker-swap-online"],
      ["looked only at what was touched", runRecord({ scope: "touched", assets: leftOut }), key],
      [
        "was stopped while it paused the object",
        runRecord({ ending: { ending: "interrupted", error: "stopped" } }),
        key,
      ],
      ["could not store the pause", runRecord({ assets: [fought([])] }), key],
    ])("stays that it is untold where the run %s", (_how, record, object) => {
      expect(stateAfter(record, state).wars[object]).toEqual(war);
    });
  });
});
