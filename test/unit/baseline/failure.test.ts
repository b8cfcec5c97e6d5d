import { describe, expect, test } from "@jest/globals";
import { aggregateMessage, stoppedBy } from "../../../steps/baseline/failure/aggregate.ts";
import { exitCodeOf, outcomeOf } from "../../../steps/baseline/failure/exit-code.ts";
import { failureText } from "../../../steps/baseline/failure/failure-text.ts";
import { countResults, isFailed } from "../../../steps/baseline/run/count-results.ts";
import type { AssetRecord, Ending, RunRecord } from "../../../steps/baseline/run/run-record.ts";
import { assetRecord, failedAt, runRecord, tombstone } from "./support/run-records.ts";

const unchanged = assetRecord("swap-enable", { result: "unchanged" });
const applied = assetRecord("descheduler-loadaware", { result: "applied", existed: true });
const throttled = assetRecord("psi-enable", { result: "failed", cause: "throttled", error: "no token is left" });
const pausing = assetRecord("psi-enable", { result: "failed", cause: "edit-war", error: "paused", isPaused: true });
const refused = assetRecord("ui-monitoring", failedAt("dry-run", "a webhook\nsays no"));
const elsewhere = assetRecord("metallb", { result: "not-selected", reason: "crd-missing", crd: "metallbs.metallb.io" });

describe("D38 a run that went through its assets", () => {
  test.each<[string, Partial<RunRecord>, string, number]>([
    ["that were all in place", { assets: [unchanged] }, "ok", 0],
    ["and corrected one", { assets: [unchanged, applied] }, "changed", 0],
    ["and deleted a tombstone", { assets: [unchanged], tombstones: [tombstone("deleted")] }, "changed", 0],
    ["and waits for a finalizer", { assets: [unchanged], tombstones: [tombstone("pending")] }, "ok", 0],
    ["B-12-62 and skipped a tombstone", { assets: [applied], tombstones: [tombstone("skipped")] }, "degraded", 0],
    ["B-12-64 and could not delete one", { assets: [unchanged], tombstones: [tombstone("failed")] }, "degraded", 0],
    ["B-12-46 and lacks a CRD", { assets: [unchanged, elsewhere] }, "ok", 0],
    [
      "B-12-44 and lacks a namespace",
      { assets: [assetRecord("a", { result: "namespace-missing", namespace: "n" })] },
      "ok",
      0,
    ],
    ["B-12-37 and left a paused one", { assets: [assetRecord("a", { result: "paused" })] }, "ok", 0],
    ["B-12-36 and throttled one", { assets: [unchanged, throttled] }, "failed", 3],
    ["B-12-36 and paused one just now", { assets: [pausing] }, "failed", 3],
    ["B-12-65 and failed with one", { assets: [applied, refused], tombstones: [tombstone("failed")] }, "failed", 3],
  ])("%s", (_what, change, outcome, code) => {
    const record = runRecord(change);
    expect([outcomeOf(record), exitCodeOf(record)]).toEqual([outcome, code]);
  });
});

describe("D38 a run that came to no assets", () => {
  test.each<[string, Ending, string, number]>([
    ["B-12-52 since the baseline is off", { ending: "disabled" }, "disabled", 0],
    ["B-12-51 since there is no HyperConverged", { ending: "hco-not-found" }, "hco-not-found", 0],
    ["B-12-50 since its CRD is absent", { ending: "precondition-missing", crd: "a.b" }, "precondition-missing", 5],
    ["B-12-81 since another run holds the lock", { ending: "locked", holder: "run-6" }, "locked", 6],
    ["B-12-84 since its catalog is wrong", { ending: "invalid-input", error: "two assets" }, "failed", 2],
    ["since the API cannot be reached", { ending: "error", error: "ECONNREFUSED" }, "failed", 1],
  ])("%s", (_why, ending, outcome, code) => {
    const record = runRecord({ ending });
    expect([outcomeOf(record), exitCodeOf(record)]).toEqual([outcome, code]);
  });
});

test("D38 an interruption is told before what had failed until then", () => {
  const record = runRecord({ ending: { ending: "interrupted", error: "SIGTERM" }, assets: [refused] });
  expect([outcomeOf(record), exitCodeOf(record)]).toEqual(["failed", 1]);
});

describe("the message of a run", () => {
  test("B-12-65 names each failed asset in order, and how many of the selected ones failed", () => {
    const record = runRecord({ assets: [unchanged, throttled, elsewhere, applied, refused] });
    expect(aggregateMessage(record)).toBe(
      "failed to reconcile 2/4 assets: [psi-enable: no token is left]; [ui-monitoring: a webhook says no]",
    );
  });

  test("B-12-66 B30 says that nothing else was touched when the HyperConverged failed", () => {
    const golden = assetRecord("hco-golden-config", failedAt("apply", "denied"));
    const record = runRecord({ assets: [golden] });
    expect(stoppedBy(record)).toBe(golden);
    expect(aggregateMessage(record)).toBe(
      "failed to reconcile the HyperConverged, so no other asset was: [hco-golden-config: denied]",
    );
    expect(exitCodeOf(record)).toBe(3);
  });

  test("is none where nothing failed", () => {
    expect(aggregateMessage(runRecord({ assets: [unchanged, elsewhere] }))).toBeUndefined();
  });
});

test("results are counted, throttled ones among the failed", () => {
  const assets: readonly AssetRecord[] = [unchanged, applied, throttled, refused, elsewhere];
  expect(countResults({ assets })).toEqual({
    selected: 4,
    applied: 1,
    unchanged: 1,
    unmanaged: 0,
    excluded: 0,
    paused: 0,
    throttled: 1,
    namespaceMissing: 0,
    notApplicable: 0,
    failed: 2,
  });
});

describe("a failed asset is told", () => {
  test.each<[string, AssetRecord, string, string]>([
    ["by its object, why, and what is to be done", refused, "MachineConfig/ui-monitoring) was refused", "webhook"],
    ["while it is only throttled", throttled, "faster than it may be corrected", "ignore-fields"],
    ["when it is paused", pausing, "was paused", "remove platform.kubevirt.io/reconcile-paused"],
    [
      "B5 when it could not be paused",
      assetRecord("a", { result: "failed", cause: "edit-war", error: "no", isPaused: false }),
      "could not be paused",
      "patch the object",
    ],
  ])("%s", (_when, record, what, fix) => {
    const texts = [record].filter(isFailed).map(failureText);
    expect(texts).toEqual([
      expect.objectContaining({ what: expect.stringContaining(what), fix: expect.stringContaining(fix) }),
    ]);
  });

  test.each([
    "platform.kubevirt.io/ignore-fields on the object",
    "platform.kubevirt.io/ignore-fields.swap-enable on the HyperConverged",
  ])("by the annotation that is wrong: %s", (wrongAnnotation) => {
    const invalid = assetRecord("swap-enable", failedAt("ignored-fields"), { wrongAnnotation });
    expect([invalid].filter(isFailed).map(failureText)).toEqual([
      expect.objectContaining({
        id: "BASE-AST-04",
        fix: `correct ${wrongAnnotation}: JSON pointers between commas`,
      }),
    ]);
  });

  test("by its asset alone where it rendered no object", () => {
    const { identity: _identity, ...unrendered } = assetRecord("kubelet-perf", failedAt("render", "missing key"));
    expect([unrendered].filter(isFailed).map(failureText)).toEqual([
      expect.objectContaining({ id: "BASE-AST-02", what: "kubelet-perf could not be rendered", why: "missing key" }),
    ]);
  });
});
