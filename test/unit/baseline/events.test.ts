import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { eventsOf } from "../../../steps/baseline/events/collect-events.ts";
import { cutText } from "../../../steps/baseline/events/cut-text.ts";
import { type EventOrigin, eventName, eventWrite } from "../../../steps/baseline/events/event-object.ts";
import { type EventReason, type RunEvent, typeOf } from "../../../steps/baseline/events/run-event.ts";
import type { Dependency } from "../../../steps/baseline/run/run-record.ts";
import { assetRecord, deschedulerIdentity, failedAt, runRecord, tombstone } from "./support/run-records.ts";

const target = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
const drift: RunEvent = { reason: "DriftDetected", target, note: "/spec/deschedulingIntervalSeconds" };
const origin: EventOrigin = {
  regarding: {
    apiVersion: "hco.kubevirt.io/v1",
    kind: "HyperConverged",
    namespace: "openshift-cnv",
    name: "kubevirt-hyperconverged",
    uid: "u-1",
  },
  runId: "run-7",
  now: Date.parse("2026-03-01T10:00:00.123Z"),
};

function created(event: RunEvent) {
  const written = eventWrite(event, undefined, origin);
  if (written.write !== "create") throw new Error("it was not created");
  return written.object;
}

describe("an Event", () => {
  test("that is new is about the HyperConverged, by reason and target", () => {
    expect(created(drift)).toEqual({
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: eventName(drift, "u-1"), namespace: "openshift-cnv" },
      eventTime: "2026-03-01T10:00:00.123000Z",
      reportingController: "virt-platform-autopilot",
      reportingInstance: "run-7",
      action: `DriftDetected ${target}`,
      reason: "DriftDetected",
      regarding: origin.regarding,
      note: "/spec/deschedulingIntervalSeconds",
      type: "Warning",
    });
  });

  test.each([
    ["the second time", {}, 2],
    ["a later time", { series: { count: 4, lastObservedTime: "2026-01-01T00:00:00.000000Z" } }, 5],
  ])("B23 that is there already is counted up %s, and nothing else of it changes", (_when, more, count) => {
    const existing = { ...created(drift), ...more };
    expect(eventWrite({ ...drift, note: "another" }, existing, origin)).toEqual({
      write: "patch",
      name: eventName(drift, "u-1"),
      namespace: "openshift-cnv",
      patch: { series: { count, lastObservedTime: "2026-03-01T10:00:00.123000Z" } },
    });
  });

  test.each([
    ["new", {}],
    ["counted up", { series: { count: 4, lastObservedTime: "2026-03-01T10:00:00.123000Z" } }],
  ])("that a killed run has written, %s, is not written again by the one after it", (_how, more) => {
    const existing = { ...created(drift), ...more };
    const next = { ...origin, now: origin.now + 60_000 };
    expect(eventWrite(drift, existing, { ...next, toldSince: origin.now - 1 })).toEqual({ write: "none" });
    expect(eventWrite(drift, existing, { ...next, toldSince: origin.now }).write).toBe("patch");
  });

  test("has the same name in every run, and another for another reason, target or HyperConverged", () => {
    const names = [
      eventName({ ...drift, note: "later" } as RunEvent, "u-1"),
      eventName({ ...drift, reason: "DriftCorrected" }, "u-1"),
      eventName({ ...drift, target: "MachineConfig/90-worker-swap-online" }, "u-1"),
      eventName(drift, "u-2"),
    ];
    expect(names[0]).toBe(eventName(drift, "u-1"));
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,251}[a-z0-9])?$/);
  });

  test("B24 with a long target and a long note stays within the limits of the API, and differs from a similar one", () => {
    const long = (end: string): RunEvent => ({
      ...drift,
      target: `A/${"n".repeat(253)}${end}`,
      note: "n".repeat(1200) + end,
    });
    const [one, other] = [created(long("x")), created(long("y"))];
    expect([one["action"], one["note"]].map((text) => Buffer.byteLength(String(text)))).toEqual([128, 1024]);
    expect(one["action"]).not.toBe(other["action"]);
    expect(one["note"]).not.toBe(other["note"]);
  });
});

describe("a text that is cut", () => {
  test("has no more bytes than allowed, keeps its whole characters, and is left alone where it is short", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 16, max: 64 }), (text, bytes) => {
        const cut = cutText(text, bytes);
        if (Buffer.byteLength(text) <= bytes) return cut === text;
        const kept = cut.replace(/…[0-9a-f]{8}$/, "");
        return Buffer.byteLength(cut) <= bytes && cut !== kept && text.startsWith(kept);
      }),
    );
  });
});

describe("the type of an Event", () => {
  test.each<[EventReason, string]>([
    ["AssetApplied", "Normal"],
    ["DriftCorrected", "Normal"],
    ["PatchApplied", "Normal"],
    ["UnmanagedMode", "Normal"],
    ["CRDDiscovered", "Normal"],
    ["TombstoneDeleted", "Normal"],
    ["ReconcileSucceeded", "Normal"],
    ["DriftDetected", "Warning"],
    ["InvalidPatch", "Warning"],
    ["InvalidIgnoreFields", "Warning"],
    ["InvalidMode", "Warning"],
    ["InvalidDisabledResources", "Warning"],
    ["UnknownAllowlistEntry", "Warning"],
    ["StateReset", "Warning"],
    ["Throttled", "Warning"],
    ["ThrashingDetected", "Warning"],
    ["ApplyFailed", "Warning"],
    ["RenderFailed", "Warning"],
    ["CRDMissing", "Warning"],
    ["HardwareDetectionFailed", "Warning"],
    ["TombstoneFailed", "Warning"],
    ["TombstoneSkipped", "Warning"],
  ])("%s is %s", (reason, type) => {
    expect(typeOf(reason)).toBe(type);
  });
});

describe("the Events of a run", () => {
  const crd = (isMissing: boolean, assets: readonly string[]): Dependency => ({
    crd: "uiplugins.observability.openshift.io",
    group: "observability.openshift.io",
    version: "v1alpha1",
    kind: "UIPlugin",
    isMissing,
    assets,
  });
  const reasons = (events: readonly RunEvent[]): readonly string[] =>
    events.map(({ reason, target: about }) => `${reason} ${about}`);
  const succeeded = "ReconcileSucceeded HyperConverged/openshift-cnv/kubevirt-hyperconverged";

  test("come in the order of what it did, and end with its success", () => {
    const patched = assetRecord(
      "descheduler-loadaware",
      { result: "applied", existed: true },
      {
        identity: deschedulerIdentity,
        events: [
          { reason: "DriftDetected", note: "" },
          { reason: "DriftCorrected", note: "" },
        ],
      },
    );
    const record = runRecord({
      assets: [patched, assetRecord("a", { result: "unchanged" })],
      tombstones: [tombstone("deleted", "old")],
      dependencies: [crd(true, ["ui-monitoring"])],
      events: [{ reason: "StateReset", target: "virt-platform-autopilot-state", note: "" }],
    });
    expect(reasons(eventsOf(record, []))).toEqual([
      "StateReset virt-platform-autopilot-state",
      "TombstoneDeleted UIPlugin/old",
      "CRDMissing uiplugins.observability.openshift.io",
      `DriftDetected ${target}`,
      `DriftCorrected ${target}`,
      succeeded,
    ]);
    expect(eventsOf(record, []).at(-1)?.note).toBe("1 of 2 assets were applied, none failed");
  });

  test("B-12-02 hold no warning where nothing differed", () => {
    const record = runRecord({ assets: [assetRecord("a", { result: "unchanged" })] });
    expect(reasons(eventsOf(record, []))).toEqual([succeeded]);
  });

  test("are one for each reason and target", () => {
    const events = ["first", "second"].map((note) => ({ reason: "ApplyFailed" as const, note }));
    const record = runRecord({ assets: [assetRecord("a", failedAt("apply"), { events })] });
    expect(eventsOf(record, [])).toEqual([{ reason: "ApplyFailed", target: "MachineConfig/a", note: "first" }]);
  });

  test("are about the asset where it rendered no object", () => {
    const { identity: _identity, ...record } = assetRecord("kubelet-perf", failedAt("render"), {
      events: [{ reason: "RenderFailed", note: "" }],
    });
    expect(reasons(eventsOf(runRecord({ assets: [record] }), []))).toEqual(["RenderFailed kubelet-perf"]);
  });

  test.each([
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c"], "a, b and c"],
  ])("B-12-47 name what a CRD unlocks that has come: %j", (assets, words) => {
    const [event] = eventsOf(runRecord({ dependencies: [crd(false, assets)] }), [crd(false, []).crd]);
    expect(event).toMatchObject({ reason: "CRDDiscovered", note: expect.stringMatching(`unlocks ${words}$`) });
  });

  test("B-12-46 say once that a CRD is missing that several assets need", () => {
    const [event, ...others] = eventsOf(runRecord({ dependencies: [crd(true, ["a", "b"])] }), []);
    expect(event).toMatchObject({ reason: "CRDMissing", note: expect.stringContaining("for a and b") });
    expect(reasons(others)).toEqual([succeeded]);
  });

  test("say nothing of a CRD that was there before", () => {
    expect(reasons(eventsOf(runRecord({ dependencies: [crd(false, ["a"])] }), []))).toEqual([succeeded]);
  });

  test.each([
    ["B-12-62 skipped", tombstone("skipped"), ["TombstoneSkipped UIPlugin/kubevirt-plugin"]],
    ["B-12-64 not deleted", tombstone("failed"), ["TombstoneFailed UIPlugin/kubevirt-plugin"]],
    ["B-12-63 D29 held by a finalizer", tombstone("pending"), []],
    ["gone", tombstone("gone"), []],
  ])("tell of a tombstone that is %s", (_what, one, expected) => {
    expect(reasons(eventsOf(runRecord({ tombstones: [one] }), []))).toEqual([...expected, succeeded]);
  });

  test.each([
    ["failed with an asset", runRecord({ assets: [assetRecord("a", failedAt("apply"))] })],
    ["was off", runRecord({ ending: { ending: "disabled" } })],
    [
      "B-12-51 found no HyperConverged",
      runRecord({ ending: { ending: "hco-not-found" }, tombstones: [tombstone("deleted")] }),
    ],
    ["D37 was a dry one", runRecord({ isDryRun: true, tombstones: [tombstone("deleted")] })],
  ])("are none of a run that %s", (_how, record) => {
    expect(eventsOf(record, [])).toEqual([]);
  });
});
