import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { comparable } from "../../../steps/baseline/drift/comparable.ts";
import { differences, isEqual } from "../../../steps/baseline/drift/differences.ts";
import { readMarkers } from "../../../steps/baseline/markers/read-markers.ts";
import { stamp } from "../../../steps/baseline/markers/stamp.ts";
import type { Json } from "../../../steps/lib/json/json.ts";
import { descheduler } from "./support/objects.ts";

describe("what of two objects is compared", () => {
  test("B-12-12 is neither their status nor what the server writes into their metadata", () => {
    const live = {
      ...descheduler({ a: 1 }, { uid: "u", resourceVersion: "7", generation: 2, managedFields: [], finalizers: ["x"] }),
      status: { phase: "Running" },
    };
    expect(comparable(live)).toEqual(descheduler({ a: 1 }));
  });

  test("is every other top-level field, and the labels and annotations of others", () => {
    const object = { ...descheduler({}, { labels: { a: "b" }, annotations: { c: "d" } }), data: { k: "v" } };
    expect(comparable(object)).toEqual(object);
  });
});

describe("the differences of two objects", () => {
  test("B-12-04 name each field with what is live and what is desired", () => {
    expect(differences(descheduler({ interval: 300, mode: "x" }), descheduler({ interval: 60, mode: "x" }))).toEqual([
      { path: "/spec/interval", live: 300, desired: 60 },
    ]);
  });

  test("show an absent field as null, and a list as a whole", () => {
    expect(differences({ gone: 1, list: [1, 2] }, { "a/b": true, list: [2, 1] })).toEqual([
      { path: "/a~1b", live: null, desired: true },
      { path: "/gone", live: 1, desired: null },
      { path: "/list", live: [1, 2], desired: [2, 1] },
    ]);
  });

  test("tell null from an absent field", () => {
    expect(differences({ a: null }, {})).toHaveLength(1);
  });

  const json = fc.jsonValue() as fc.Arbitrary<Json>;

  test("are none exactly where the objects are equal", () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(differences({ v: one }, { v: other }).length === 0).toBe(isEqual(one, other));
        expect(isEqual(one, structuredClone(one))).toBe(true);
      }),
    );
  });
});

describe("the markers of a user", () => {
  const annotated = (annotations: Readonly<Record<string, string>>) => descheduler({}, { annotations });
  const key = (name: string): string => `platform.kubevirt.io/${name}`;

  test("are absent on an object that has none", () => {
    expect(readMarkers(descheduler())).toEqual({
      mode: { mode: "managed" },
      patch: "",
      ignoreFields: "",
      isPaused: false,
    });
  });

  test.each([
    ["unmanaged", { mode: "unmanaged" }],
    ["", { mode: "managed" }],
    ["Unmanaged", { mode: "unknown", given: "Unmanaged" }],
  ])("B-12-15 D2 say who has the object: %s", (given, mode) => {
    expect(readMarkers(annotated({ [key("mode")]: given })).mode).toEqual(mode);
  });

  test.each([
    ["true", true],
    ["True", false],
    ["", false],
  ])("pause it by exactly true: '%s'", (given, isPaused) => {
    expect(readMarkers(annotated({ [key("reconcile-paused")]: given })).isPaused).toBe(isPaused);
  });

  test("D3 B3 are never applied, and the managed label always is", () => {
    const object = descheduler(
      {},
      {
        labels: { [key("managed-by")]: "somebody", own: "x" },
        annotations: {
          ...Object.fromEntries(["mode", "patch", "ignore-fields", "reconcile-paused"].map((name) => [key(name), "x"])),
          note: "y",
        },
      },
    );
    expect(stamp(object).metadata).toEqual({
      ...descheduler().metadata,
      labels: { [key("managed-by")]: "virt-platform-autopilot", own: "x" },
      annotations: { note: "y" },
    });
  });

  test("leave no empty annotations behind", () => {
    expect(stamp(annotated({ [key("mode")]: "managed" })).metadata).not.toHaveProperty("annotations");
  });
});
