import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { managedLabel, marker } from "../../../steps/baseline/markers/marker-keys.ts";
import { identityOf } from "../../../steps/baseline/object/managed-object.ts";
import { patchObject } from "../../../steps/baseline/user-patch/patch-object.ts";
import { type JsonObject, valueAt } from "../../../steps/lib/json/json.ts";
import { formatPointer } from "../../../steps/lib/json/json-pointer.ts";
import { descheduler } from "./support/objects.ts";

type Operation = Readonly<Record<string, unknown>>;

const patched = (operations: readonly Operation[] | string, object = descheduler()) =>
  patchObject(object, typeof operations === "string" ? operations : JSON.stringify(operations));

function reasonOf(operations: readonly Operation[] | string, object = descheduler()): string {
  const result = patched(operations, object);
  expect(result.object).toEqual(object);
  return result.state === "rejected" ? result.reason : result.state;
}

const interval = "/spec/deschedulingIntervalSeconds";

describe("a user's patch", () => {
  test("that is empty changes nothing", () => {
    expect(patched("")).toEqual({ state: "unpatched", object: descheduler() });
  });

  test("replaces a value, and tells how many operations it has", () => {
    expect(patched([{ op: "replace", path: interval, value: 120 }])).toEqual({
      state: "patched",
      object: descheduler({ deschedulingIntervalSeconds: 120 }),
      operations: 1,
    });
  });

  test("adds an annotation to an object that has none", () => {
    const result = patched([{ op: "add", path: "/metadata/annotations/note", value: "mine" }]);
    expect(result).toMatchObject({ state: "patched", object: { metadata: { annotations: { note: "mine" } } } });
    expect(result.object.metadata).not.toHaveProperty("labels");
  });

  test("adds, moves, copies and removes in order", () => {
    const object = descheduler({ list: ["a", "b"], old: 1 });
    const result = patched(
      [
        { op: "add", path: "/spec/list/1", value: "x" },
        { op: "add", path: "/spec/list/-", value: "end" },
        { op: "move", from: "/spec/old", path: "/spec/new" },
        { op: "copy", from: "/spec/new", path: "/spec/twin" },
        { op: "remove", path: "/spec/list/0" },
        { op: "test", path: "/spec/twin", value: 1 },
      ],
      object,
    );
    expect(result.object["spec"]).toEqual({ list: ["x", "b", "end"], new: 1, twin: 1 });
  });

  test("leaves the rendered object as it is", () => {
    const object = descheduler();
    patched([{ op: "replace", path: interval, value: 120 }], object);
    expect(object).toEqual(descheduler());
  });

  test("may set null", () => {
    expect(patched([{ op: "add", path: "/spec/mode", value: null }]).object["spec"]).toMatchObject({ mode: null });
  });

  test("B-12-22 may set labels that only look like protected fields", () => {
    const result = patched([
      { op: "add", path: "/metadata/labels/status", value: "x" },
      { op: "add", path: "/metadata/labels/names-custom", value: "y" },
      { op: "add", path: "/kindred", value: {} },
    ]);
    expect(result.state).toBe("patched");
  });
});

describe("a patch is rejected whole", () => {
  test.each<[string, readonly Operation[] | string, string]>([
    ["B-12-20 that is no JSON", "[{", "it is not JSON"],
    ["that is no list", "{}", "no list of operations"],
    ["with an element that is no object", "[1]", "operation 1: it is no object"],
    ["with an operation of no standard", [{ op: "_get", path: "/spec" }], 'its op "_get" is none of add'],
    ["without an op", [{ path: "/spec" }], "its op null is none of"],
    ["without a path", [{ op: "remove" }], "its path is no text"],
    ["B2 with a path without slash", [{ op: "remove", path: "x/metadata/name" }], "is no JSON pointer"],
    ["with a wrong escape", [{ op: "remove", path: "/spec/a~2" }], "is no JSON pointer"],
    ["without a value", [{ op: "add", path: "/spec/a" }], "add needs a value"],
    ["without from", [{ op: "move", path: "/spec/a" }], "its from is no text"],
    [
      "B-12-25 with a target that is not there",
      [{ op: "replace", path: "/spec/none", value: 1 }],
      "/spec/none is not there",
    ],
    ["with a parent that is not there", [{ op: "add", path: "/spec/a/b", value: 1 }], "/spec/a is not there"],
    ["with a member that every object inherits", [{ op: "remove", path: "/spec/constructor" }], "is not there"],
    ["that moves a value into itself", [{ op: "move", from: "/spec", path: "/spec/a" }], "moved into itself"],
    ["with a label that is no text", [{ op: "add", path: "/metadata/labels/a", value: 1 }], "would be no text"],
    [
      "B-12-24 whose test fails, also behind an operation that could be done",
      [
        { op: "replace", path: interval, value: 120 },
        { op: "test", path: interval, value: 1 },
      ],
      "operation 2:",
    ],
  ])("%s", (_given, operations, reason) => {
    expect(reasonOf(operations)).toContain(reason);
  });

  test.each(["-1", "01", "2", "x", "1e0"])("with the index %s of a list of one", (index) => {
    expect(reasonOf([{ op: "replace", path: `/spec/list/${index}`, value: 1 }], descheduler({ list: [0] }))).toMatch(
      /^operation 1: /,
    );
  });

  const protectedPlaces = [
    "/apiVersion",
    "/kind",
    "/status/x",
    "/metadata",
    "/metadata/name",
    "/metadata/namespace",
    "/metadata/managedFields",
    "/metadata/uid",
    "/metadata/resourceVersion",
    "/metadata/generation",
    "/metadata/creationTimestamp",
    "/metadata/deletionTimestamp",
    "/metadata/finalizers",
    "/metadata/finalizers/0",
    "/metadata/ownerReferences",
    "/metadata/generateName",
    "/metadata/selfLink",
    "/metadata/labels",
    "/metadata/annotations",
    `/metadata/labels/${managedLabel.replace("/", "~1")}`,
    ...Object.values(marker).map((key) => `/metadata/annotations/${key.replace("/", "~1")}`),
    "",
  ];

  test.each(protectedPlaces)("B-12-21 D5 that touches the protected place '%s'", (path) => {
    expect(reasonOf([{ op: "add", path, value: {} }])).toContain("forbidden");
    if (path !== "") expect(reasonOf([{ op: "copy", from: path, path: "/spec/a" }])).toContain("forbidden");
  });

  test("B-12-23 of a kind that rules nodes or rights", () => {
    const object = { ...descheduler(), kind: "MachineConfig" };
    expect(reasonOf([{ op: "add", path: "/metadata/labels/a", value: "b" }], object)).toContain(
      "sensitive resource kind",
    );
  });

  test("that would grow without end by copies of copies", () => {
    const doubling = Array.from({ length: 60 }, (_, index) => ({
      op: "copy",
      from: "/spec/a",
      path: `/spec/a/${index}`,
    }));
    expect(reasonOf(doubling, descheduler({ a: { text: "x".repeat(1000) } }))).toContain("is larger than");
  });

  test("that would reach the prototype of all objects", () => {
    expect(reasonOf([{ op: "add", path: "/spec/__proto__/polluted", value: 1 }])).toMatch(/^operation 1: /);
    expect(({} as Readonly<Record<string, unknown>>)["polluted"]).toBeUndefined();
  });
});

describe("whatever a patch says", () => {
  const keys = [managedLabel, ...Object.values(marker)];
  const segment = fc.constantFrom(
    ...["metadata", "name", "labels", "annotations", "a", "spec", "kind", "0", "-", "status", "__proto__"],
    ...["uid", "resourceVersion", "finalizers", "ownerReferences", "managedFields", ...keys],
  );
  const path = fc.array(segment, { maxLength: 4 }).map(formatPointer);
  const operation = fc.record({
    op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test"),
    path,
    from: path,
    value: fc.jsonValue(),
  });
  const own = { [managedLabel]: "virt-platform-autopilot", a: "x" };
  const maps = ["labels", "annotations"];
  const metadata = {
    labels: own,
    annotations: Object.fromEntries(Object.values(marker).map((key) => [key, "mine"])),
    uid: "u-1",
    resourceVersion: "7",
    finalizers: ["a.b/c"],
    ownerReferences: [],
    managedFields: [],
  };
  const object = { ...descheduler({ a: { a: [1, 2] }, list: [] }, metadata), status: { phase: "Ready" } };

  /** What no user may change, of the object as it is and as it is patched. */
  function kept(of: JsonObject): readonly unknown[] {
    // A field that nobody knows may be added to the metadata: whether it is one, the server says.
    const fields = ["name", "namespace", ...Object.keys(metadata)].filter((name) => !maps.includes(name));
    const marked = keys.map((key) => maps.map((map) => valueAt(of, ["metadata", map, key])));
    return [of["apiVersion"], of["kind"], of["status"], fields.map((name) => valueAt(of, ["metadata", name])), marked];
  }

  test("B2 D5 what is not a user's to change stays, and every label a text", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
        const { object: result } = patched(operations, object);
        expect(identityOf(result)).toEqual(identityOf(object));
        expect(kept(result)).toEqual(kept(object));
        expect(Object.values(result.metadata["labels"] ?? {}).every((value) => typeof value === "string")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("it is applied or rejected, and nothing is thrown", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.array(fc.jsonValue()).map((all) => JSON.stringify(all)),
    );
    fc.assert(
      fc.property(text, (given) => {
        const result = patched(given, object);
        if (result.state !== "patched") expect(result.object).toBe(object);
      }),
      { numRuns: 300 },
    );
  });
});
