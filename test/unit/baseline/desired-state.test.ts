import { describe, expect, test } from "@jest/globals";
import { eventType } from "../../../steps/baseline/asset/asset-event.ts";
import { dayZeroOf } from "../../../steps/baseline/asset/day-zero.ts";
import { type DesiredState, desiredState } from "../../../steps/baseline/asset/desired-state.ts";
import { judgeDrift } from "../../../steps/baseline/asset/judge-drift.ts";
import { peace, type War } from "../../../steps/baseline/throttle/edit-war.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { descheduler } from "./support/objects.ts";

const interval = "/spec/deschedulingIntervalSeconds";
const key = (name: string): string => `platform.kubevirt.io/${name}`;

/** The live object at another interval, with these markers. */
function live(markers: Readonly<Record<string, string>> = {}, metadata: JsonObject = {}) {
  const annotations = Object.fromEntries(Object.entries(markers).map(([name, value]) => [key(name), value]));
  return descheduler({ deschedulingIntervalSeconds: 300 }, { ...metadata, annotations });
}

const patch120 = JSON.stringify([{ op: "replace", path: interval, value: 120 }]);
const atWar: War = { ...peace, episodeReported: true, pauseMarked: true, consecutiveThrottles: 3 };

function summary(desired: DesiredState): object {
  const events = "events" in desired ? desired.events.map(({ reason }) => reason) : [];
  const spec = desired.state === "wanted" ? desired.object["spec"] : undefined;
  return { state: desired.state, events, spec };
}

const at = (seconds: number): JsonObject => ({ deschedulingIntervalSeconds: seconds });

describe("what an object is to be", () => {
  test.each<[string, ReturnType<typeof live> | undefined, object]>([
    ["absent", undefined, { state: "wanted", events: [], spec: at(60) }],
    ["without a word of its user", live(), { state: "wanted", events: [], spec: at(60) }],
    ["B-12-14 unmanaged", live({ mode: "unmanaged" }), { state: "unmanaged", events: ["UnmanagedMode"] }],
    [
      "B-12-15 D2 by another word",
      live({ mode: "Unmanaged" }),
      { state: "wanted", events: ["InvalidMode"], spec: at(60) },
    ],
    ["paused", live({ "reconcile-paused": "true" }), { state: "paused", events: [] }],
    [
      "B-12-16 D8 B4 paused and unmanaged",
      live({ "reconcile-paused": "true", mode: "unmanaged" }),
      { state: "unmanaged", events: ["UnmanagedMode"] },
    ],
    ["B-12-17 patched", live({ patch: patch120 }), { state: "wanted", events: ["PatchApplied"], spec: at(120) }],
    ["B-12-20 patched by no JSON", live({ patch: "[{" }), { state: "wanted", events: ["InvalidPatch"], spec: at(60) }],
    [
      "B-12-27 with an ignored field",
      live({ "ignore-fields": interval }),
      { state: "wanted", events: [], spec: at(300) },
    ],
    [
      "B-12-35 with a field that is patched and ignored",
      live({ patch: patch120, "ignore-fields": interval }),
      { state: "wanted", events: ["PatchApplied"], spec: at(300) },
    ],
    [
      "B-12-30 with a wrong pointer",
      live({ "ignore-fields": "spec/x" }),
      { state: "invalid", events: ["InvalidIgnoreFields"] },
    ],
  ])("%s", (_given, found, expected) => {
    expect(summary(desiredState(descheduler(), found, peace))).toEqual({ spec: undefined, ...expected });
  });

  test("names its customizations, also by a patch that is rejected", () => {
    const desired = desiredState(descheduler(), live({ patch: "x", "ignore-fields": interval }), peace);
    expect(desired).toMatchObject({ customizations: ["patch", "ignore"] });
  });

  test("carries the managed label and none of the markers", () => {
    const desired = desiredState(descheduler(), live({ patch: patch120, "ignore-fields": interval }), peace);
    expect(desired).toMatchObject({
      object: { metadata: { labels: { [key("managed-by")]: "virt-platform-autopilot" } } },
    });
    expect(JSON.stringify(desired.state === "wanted" && desired.object)).not.toContain("ignore-fields");
  });

  test("B-12-38 forgets the edit war when its user removed the marker", () => {
    expect(desiredState(descheduler(), live(), atWar)).toMatchObject({ state: "wanted", war: peace, isResumed: true });
  });

  test("keeps what is known of an edit war whose marker was not written yet", () => {
    const war = { ...atWar, pauseMarked: false };
    expect(desiredState(descheduler(), live(), war)).toMatchObject({ state: "wanted", war, isResumed: false });
  });

  test("is paused while it is absent after a delete war", () => {
    expect(desiredState(descheduler(), undefined, { ...peace, pausedAbsent: true })).toEqual({ state: "paused" });
  });

  test("is told by events of the right type", () => {
    expect(
      ["AssetApplied", "UnmanagedMode", "InvalidPatch", "DriftDetected"].map((one) => eventType(one as "AssetApplied")),
    ).toEqual(["Normal", "Normal", "Warning", "Warning"]);
  });
});

describe("what the HyperConverged says of an object before there is one", () => {
  const asset = "descheduler-loadaware";
  const dayZero = (annotations: Readonly<Record<string, string>>) => {
    const long = Object.entries(annotations).map(([name, value]) => [key(`${name}.${asset}`), value]);
    return dayZeroOf(descheduler({}, { annotations: Object.fromEntries(long) }), asset);
  };
  const told = (desired: DesiredState) => ("events" in desired ? desired.events.map(({ note }) => note) : []);
  const there = `platform.kubevirt.io/patch.${asset} on the HyperConverged`;

  test.each([
    ["applied", patch120, `the patch of ${there} was applied: operations 1`],
    ["rejected", "[{", `the patch of ${there} is rejected as a whole: `],
  ])("is named by its own annotation where its patch is %s", (_what, patch, note) => {
    expect(told(desiredState(descheduler(), undefined, peace, dayZero({ patch })))).toEqual([
      expect.stringContaining(note),
    ]);
    expect(told(desiredState(descheduler(), live(), peace, dayZero({ patch })))).toEqual([
      expect.stringContaining(note),
    ]);
  });

  test("is named by its own annotation where its ignored fields are wrong", () => {
    const place = `platform.kubevirt.io/ignore-fields.${asset} on the HyperConverged`;
    const desired = desiredState(descheduler(), undefined, peace, dayZero({ "ignore-fields": "spec/x" }));
    expect(desired).toMatchObject({ state: "invalid", place });
    expect(told(desired)).toEqual([expect.stringContaining(`${place} is not valid: "spec/x"`)]);
  });

  test("is not what is named where the object says it itself", () => {
    const said = dayZero({ patch: "[{", "ignore-fields": "/spec/a" });
    const desired = desiredState(descheduler(), live({ patch: "{", "ignore-fields": "spec/x" }), peace, said);
    expect(desired).toMatchObject({ state: "invalid", place: "platform.kubevirt.io/ignore-fields on the object" });
    expect(told(desired)).toEqual([
      expect.stringContaining("the patch of platform.kubevirt.io/patch on the object is rejected as a whole: "),
      expect.stringContaining('platform.kubevirt.io/ignore-fields on the object is not valid: "spec/x"'),
    ]);
  });

  test("holds beside what the object says of the other", () => {
    const said = dayZero({ "ignore-fields": "spec/x" });
    expect(desiredState(descheduler(), live({ patch: patch120 }), peace, said)).toMatchObject({
      state: "invalid",
      customizations: ["patch", "ignore"],
      place: `platform.kubevirt.io/ignore-fields.${asset} on the HyperConverged`,
    });
  });
});

describe("drift", () => {
  const version = { resourceVersion: "7" };
  const owning = (...fields: readonly string[]): JsonObject => ({
    ...version,
    managedFields: [
      {
        manager: "virt-platform-autopilot",
        operation: "Apply",
        fieldsV1: { "f:spec": Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
      },
    ],
  });

  test("is where a field differs, by its live and its desired value", () => {
    expect(judgeDrift(descheduler({ a: 300 }, version), descheduler({ a: 60 }, version))).toEqual({
      state: "drifted",
      differences: [{ path: "/spec/a", live: 300, desired: 60 }],
    });
  });

  test("B-12-07 is where the managed label is gone", () => {
    const labelled = descheduler({}, { ...version, labels: { [key("managed-by")]: "virt-platform-autopilot" } });
    expect(judgeDrift(descheduler({}, version), labelled).state).toBe("drifted");
  });

  test("is not where only the status and the server's own metadata differ", () => {
    const found = { ...descheduler({}, { ...version, generation: 2 }), status: { a: 1 } };
    expect(judgeDrift(found, descheduler({}, { ...version, generation: 3 }))).toEqual({ state: "in-place" });
  });

  test("cannot be told of an object that changed since it was read", () => {
    expect(judgeDrift(descheduler({ a: 1 }, version), descheduler({ a: 2 }, { resourceVersion: "8" }))).toEqual({
      state: "stale",
    });
  });

  test("B28 is a field with the right value that another manager took over", () => {
    expect(judgeDrift(descheduler({ a: 1 }, owning("b")), descheduler({ a: 1 }, owning("a", "b")))).toEqual({
      state: "ownership-differs",
    });
    expect(judgeDrift(descheduler({ a: 1 }, owning("b", "a")), descheduler({ a: 1 }, owning("a", "b")))).toEqual({
      state: "in-place",
    });
  });

  test("D7 is a field that we own beside another manager, and want no more", () => {
    expect(judgeDrift(descheduler({ a: 1 }, owning("a", "b")), descheduler({ a: 1 }, owning("a")))).toEqual({
      state: "ownership-differs",
    });
  });
});
