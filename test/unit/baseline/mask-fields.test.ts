import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { maskFields } from "../../../steps/baseline/ignored-fields/mask-fields.ts";
import { readPointers } from "../../../steps/baseline/ignored-fields/read-pointers.ts";
import { listItems } from "../../../steps/baseline/list-items.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { isJsonObject, type Json, type JsonObject, valueAt } from "../../../steps/lib/json/json.ts";
import { formatPointer } from "../../../steps/lib/json/json-pointer.ts";
import { descheduler } from "./support/objects.ts";

const pointersOf = (text: string) => {
  const read = readPointers(text);
  if (read.state === "invalid") throw new Error(read.reason);
  return read.pointers;
};

/** The desired spec, masked by these fields of the live one. */
function masked(desired: JsonObject, live: JsonObject, fields: string, metadata: JsonObject = {}): unknown {
  const result = maskFields(descheduler(desired), descheduler(live, metadata), pointersOf(fields));
  return result.state === "masked" ? result.object["spec"] : result.reason;
}

const entry = (manager: string, operation: string, fieldsV1: JsonObject): JsonObject => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1,
});

const owned = (manager: string, operation: string, fieldsV1: JsonObject): JsonObject => ({
  managedFields: [entry(manager, operation, fieldsV1)],
});

describe("the list of ignored fields", () => {
  test("is read between commas, with blanks and empty items", () => {
    expect(pointersOf(" /spec/a , ,/metadata/labels/example.com~1team,")).toEqual([
      ["spec", "a"],
      ["metadata", "labels", "example.com/team"],
    ]);
  });

  test("unescapes ~01 to ~1", () => {
    expect(pointersOf("/spec/a~01b")).toEqual([["spec", "a~1b"]]);
  });

  test.each([
    ["B-12-30 spec/x", "is no JSON pointer"],
    ["/spec/a~", "is no JSON pointer"],
    ["B-12-31 /metadata", "cannot be ignored"],
    ["B-12-31 /kind", "/kind cannot be ignored"],
    ["/apiVersion/x", "/apiVersion cannot be ignored"],
    ["/status/phase", "/status cannot be ignored"],
    ["/metadata/managedFields/0", "/metadata/managedFields cannot be ignored"],
    ["/spec/a, /metadata/name", '"/metadata/name" cannot be an ignored field'],
  ])("is invalid as a whole with %s", (given, reason) => {
    expect(readPointers(given.replace(/^B-\S+ /, ""))).toMatchObject({
      state: "invalid",
      reason: expect.stringContaining(reason),
    });
  });

  test("B27 is read or invalid, whatever is written, and never names what no user can own", () => {
    const word = fc.constantFrom(
      "/spec/a",
      "/metadata",
      "/metadata/uid",
      "/kind",
      " ",
      ",",
      "~",
      "~2",
      "/status/x",
      "/",
      "x",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(word).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (given) => {
        const read = readPointers(given);
        if (read.state === "invalid") return;
        const written = read.pointers.map(formatPointer);
        expect(written.join(",")).toBe(listItems(given).join(","));
        for (const one of [
          "/apiVersion",
          "/kind",
          "/status",
          "/metadata/name",
          "/metadata/namespace",
          "/metadata/uid",
        ]) {
          expect(
            written.some((pointer) => `${one}/`.startsWith(`${pointer}/`) || `${pointer}/`.startsWith(`${one}/`)),
          ).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("an ignored field", () => {
  test("B-12-27 keeps its live value, and the others are enforced", () => {
    expect(masked({ a: 60, b: 1 }, { a: 300, b: 2 }, "/spec/a")).toEqual({ a: 300, b: 1 });
  });

  test("B-12-28 that its user deleted stays absent", () => {
    expect(masked({ a: 60, b: 1 }, { b: 1 }, "/spec/a")).toEqual({ b: 1 });
  });

  test("that only the live object has is kept, with the objects around it", () => {
    expect(masked({ b: 1 }, { deep: { er: { a: 1, z: 2 } } }, "/spec/deep/er/a")).toEqual({
      b: 1,
      deep: { er: { a: 1 } },
    });
  });

  test("that neither has makes nothing", () => {
    expect(masked({ b: 1 }, { c: 1 }, "/spec/deep/er/a")).toEqual({ b: 1 });
  });

  test("B-12-33 D6 in a list is found by an index that both lists have", () => {
    const groups = (interval: string) => ({ groups: [{ name: "g", interval }] });
    expect(masked(groups("30s"), groups("60s"), "/spec/groups/0/interval")).toEqual(groups("60s"));
  });

  test.each([
    ["an index that one list lacks", { l: [1, 2] }, { l: [1] }, "/spec/l/1", "there is no element 1 in both lists"],
    ["no index", { l: [1] }, { l: [1] }, "/spec/l/x", "there is no element x in both lists"],
    ["an index with a zero before it", { l: [1, 2] }, { l: [1, 2] }, "/spec/l/01", "there is no element 01"],
    ["the end of a list", { l: [1] }, { l: [1] }, "/spec/l/-", "there is no element -"],
    ["a list on one side alone", { l: { a: 1 } }, { l: [1] }, "/spec/l/0", "on one side alone"],
    ["a value without members on the way", { l: "x" }, { l: { a: 1 } }, "/spec/l/a", "has no members"],
  ])("D6 is invalid for this object with %s", (_given, desired, live, field, reason) => {
    expect(masked(desired, live, field)).toContain(reason);
  });
});

describe("D7 an ignored field that another manager owns", () => {
  const a: JsonObject = { "f:spec": { "f:a": {} } };

  test.each([
    ["kubectl", "Update"],
    ["bob", "Apply"],
    ["virt-platform-autopilot", "Update"],
  ])("is left out of what is applied: %s by %s", (manager, operation) => {
    expect(masked({ a: 60, b: 1 }, { a: 300, b: 1 }, "/spec/a", owned(manager, operation, a))).toEqual({ b: 1 });
  });

  test("below which another owns something is left out as well", () => {
    const below: JsonObject = { "f:spec": { "f:a": { "f:x": {} } } };
    expect(masked({ a: { x: 1 } }, { a: { x: 2 } }, "/spec/a", owned("bob", "Apply", below))).toEqual({});
  });

  test("is copied where we alone own it: to leave it out would delete it", () => {
    const ours = owned("virt-platform-autopilot", "Apply", a);
    expect(masked({ a: 60 }, { a: 300 }, "/spec/a", ours)).toEqual({ a: 300 });
  });

  test("is copied where another owns only what is beside it", () => {
    const beside: JsonObject = { "f:spec": { "f:b": {} } };
    expect(masked({ a: 60 }, { a: 300, b: 1 }, "/spec/a", owned("bob", "Apply", beside))).toEqual({ a: 300 });
  });

  test("in a list is always copied", () => {
    const list: JsonObject = { "f:spec": { "f:l": { "f:0": {} } } };
    expect(masked({ l: [1] }, { l: [2] }, "/spec/l/0", owned("bob", "Apply", list))).toEqual({ l: [2] });
  });
});

describe("D7 an ignored map of which another manager owns a part", () => {
  const limits = "/spec/limits";
  /** We applied a part of the limits, and the others changed or applied theirs. */
  const shared = (ours: JsonObject, ...others: readonly JsonObject[]): JsonObject => ({
    managedFields: [
      entry("virt-platform-autopilot", "Apply", { "f:spec": { "f:limits": ours } }),
      ...others.map((theirs) => entry("kubectl-patch", "Update", { "f:spec": { "f:limits": theirs } })),
    ],
  });
  const [total, node, both]: readonly [JsonObject, JsonObject, JsonObject] = [
    { "f:total": {} },
    { "f:node": {} },
    { "f:total": {}, "f:node": {} },
  ];

  test("is given up where the other owns it, and copied where we alone do: the server would delete that", () => {
    const live = { limits: { total: 5, node: 9 } };
    expect(masked({ limits: { total: 7, node: 2 } }, live, limits, shared(both, node))).toEqual({
      limits: { total: 5 },
    });
  });

  test("is given up in each part that one of several others owns", () => {
    const live = { limits: { total: 5, node: 9, spare: 1 } };
    const ours = { ...both, "f:spare": {} };
    expect(masked({ limits: {} }, live, limits, shared(ours, node, total))).toEqual({ limits: { spare: 1 } });
  });

  test("is given up in whole where we own nothing that the other does not", () => {
    const live = { limits: { total: 5, node: 9 } };
    expect(masked({ b: 1, limits: { total: 7 } }, live, limits, shared(total, both))).toEqual({ b: 1 });
  });

  test("keeps what we alone own in a map that the other made", () => {
    const live = { limits: { total: 5, node: 9 } };
    expect(masked({ limits: {} }, live, limits, shared(total, { ".": {}, ...node }))).toEqual({ limits: { total: 5 } });
  });

  test("keeps what we alone own in a map that the other made while it was empty", () => {
    expect(masked({ limits: {} }, { limits: { total: 5 } }, limits, shared(total, {}))).toEqual({
      limits: { total: 5 },
    });
  });

  test("is shared at any depth", () => {
    const deep = (a: number, b: number) => ({ limits: { zone: { a, b }, total: 5 } });
    const ours = { "f:zone": { "f:a": {}, "f:b": {} }, "f:total": {} };
    expect(masked(deep(1, 1), deep(3, 4), limits, shared(ours, { "f:zone": { "f:b": {} } }))).toEqual({
      limits: { zone: { a: 3 }, total: 5 },
    });
  });

  test("leaves to nobody what nobody owns: the server keeps it", () => {
    const live = { limits: { total: 5, node: 9, byDefault: 1 } };
    expect(masked({ limits: {} }, live, limits, shared(both, node))).toEqual({ limits: { total: 5 } });
  });

  test("does not come back where its user deleted our part of it", () => {
    expect(masked({ limits: { total: 7 } }, { limits: { node: 9 } }, limits, shared(total, node))).toEqual({});
  });

  const zones = "/spec/zones";
  const zone = (name: string, fields: JsonObject = {}): JsonObject => ({
    [`k:{"name":"${name}"}`]: { ".": {}, "f:name": {}, ...fields },
  });
  /** Masks zones of which we own `ours` and another one `theirs`. */
  const maskedZones = (live: Json, ours: JsonObject, theirs: JsonObject): unknown =>
    masked({ zones: [] }, { zones: live }, zones, {
      managedFields: [
        entry("virt-platform-autopilot", "Apply", { "f:spec": { "f:zones": ours } }),
        entry("bob", "Apply", { "f:spec": { "f:zones": theirs } }),
      ],
    });

  test("is given up where it is a list that is owned as one value", () => {
    expect(maskedZones(["a", "b"], {}, {})).toEqual({});
  });

  test("keeps our elements of a list of which the other owns one, and leaves that one to it", () => {
    const live = [{ name: "a", weight: 1 }, { name: "b" }, { name: "by nobody" }];
    const ours = { ...zone("a", { "f:weight": {} }), ...zone("b") };
    expect(maskedZones(live, ours, zone("b"))).toEqual({ zones: [{ name: "a", weight: 1 }] });
  });

  test("keeps our part of an element that both have, by the keys that make it this one", () => {
    const live = [{ name: "a", weight: 1, limit: 2, byDefault: 3 }];
    const ours = zone("a", { "f:weight": {}, "f:limit": {} });
    expect(maskedZones(live, ours, zone("a", { "f:limit": {} }))).toEqual({ zones: [{ name: "a", weight: 1 }] });
  });

  test("finds an element by all its keys, of any type", () => {
    const live = [
      { port: 80, protocol: "TCP", name: "a" },
      { port: 80, protocol: "UDP", name: "b" },
    ];
    const of = (protocol: string) => ({ [`k:{"port":80,"protocol":"${protocol}"}`]: { ".": {}, "f:name": {} } });
    expect(maskedZones(live, { ...of("TCP"), ...of("UDP") }, of("UDP"))).toEqual({ zones: [live[0]] });
  });

  test("keeps our values of a set of which the other owns some", () => {
    const ours = { 'v:"a"': {}, 'v:"b"': {} };
    expect(maskedZones(["a", "b", "c"], ours, { 'v:"b"': {}, 'v:"c"': {} })).toEqual({ zones: ["a"] });
  });

  test("keeps our elements of a list that the other made while it was empty", () => {
    expect(maskedZones([{ name: "a" }], zone("a"), {})).toEqual({ zones: [{ name: "a" }] });
  });

  test("is of nobody by a name that cannot be read", () => {
    const odd: JsonObject = { "k:{": {}, "k:[1]": {}, 'v:"a': {} };
    expect(maskedZones([{ name: "a" }], zone("a"), { ...odd, ...zone("b") })).toEqual({ zones: [{ name: "a" }] });
  });

  test("keeps our labels where its user has some of their own", () => {
    const metadata = {
      labels: { ours: "x", theirs: "y" },
      managedFields: [
        entry("virt-platform-autopilot", "Apply", { "f:metadata": { "f:labels": { "f:ours": {} } } }),
        entry("kubectl-label", "Update", { "f:metadata": { "f:labels": { "f:theirs": {} } } }),
      ],
    };
    const desired = descheduler({}, { labels: { ours: "z" } });
    expect(maskFields(desired, descheduler({}, metadata), pointersOf("/metadata/labels"))).toMatchObject({
      object: { metadata: { labels: { ours: "x" } } },
    });
  });
});

describe("whatever is ignored", () => {
  const name = fc.constantFrom("a", "b", "c");
  const tree = fc.letrec<{ node: JsonObject }>((tie) => ({
    node: fc.dictionary(
      name,
      fc.oneof({ maxDepth: 3 }, fc.integer({ min: 0, max: 9 }), tie("node")),
    ) as fc.Arbitrary<JsonObject>,
  })).node;
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((segments) => `/spec/${segments.join("/")}`);

  const at = (object: ManagedObject, pointer: string): unknown =>
    pointer
      .split("/")
      .slice(1)
      .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], object);

  test("has its live value, and a second masking changes nothing", () => {
    fc.assert(
      fc.property(tree, tree, path, (desired, live, field) => {
        const [want, have] = [descheduler(desired), descheduler(live)];
        const once = maskFields(want, have, pointersOf(field));
        if (once.state === "invalid") return;
        expect(at(once.object, field)).toEqual(at(have, field));
        expect(maskFields(once.object, have, pointersOf(field))).toEqual(once);
      }),
    );
  });

  type Owners = "we" | "another" | "both" | "nobody";
  interface Leaf {
    readonly path: readonly string[];
    readonly value: Json;
    readonly owners: Owners;
  }

  /** An empty map is a leaf, as it is for the server. */
  function leavesOf(value: Json | undefined, path: readonly string[]): readonly (readonly [readonly string[], Json])[] {
    if (value === undefined) return [];
    if (!isJsonObject(value) || Object.keys(value).length === 0) return [[path, value]];
    return Object.entries(value).flatMap(([key, below]) => leavesOf(below, [...path, key]));
  }

  function fieldsOf(paths: readonly (readonly string[])[]): JsonObject {
    const names = [...new Set(paths.flatMap(([first]) => (first === undefined ? [] : [first])))];
    const below = (name: string) => paths.filter(([first]) => first === name).map((path) => path.slice(1));
    return Object.fromEntries(names.map((one) => [`f:${one}`, fieldsOf(below(one))]));
  }

  function ownedBy(leaves: readonly Leaf[]): JsonObject {
    const of = (...owners: readonly Owners[]) =>
      fieldsOf(leaves.filter((leaf) => owners.includes(leaf.owners)).map(({ path: place }) => place));
    return {
      managedFields: [
        entry("virt-platform-autopilot", "Apply", of("we", "both")),
        entry("bob", "Apply", of("another", "both")),
      ],
    };
  }

  const owners = fc.array(fc.constantFrom<Owners>("we", "another", "both", "nobody"), { minLength: 30, maxLength: 30 });

  const pointerTo = ({ path: place }: Leaf): string => formatPointer(place);

  test("D7 is applied where we alone own it, given up where another does, and nowhere set or changed", () => {
    fc.assert(
      fc.property(tree, tree, path, owners, (desired, live, field, chosen) => {
        const leaves = leavesOf(live, ["spec"]).map(
          ([place, value], index): Leaf => ({ path: place, value, owners: chosen[index % chosen.length] ?? "nobody" }),
        );
        const once = maskFields(descheduler(desired), descheduler(live, ownedBy(leaves)), pointersOf(field));
        if (once.state === "invalid") return;
        const applied = leavesOf(valueAt(once.object, field.split("/").slice(1)), []).map(
          ([place, value]) => [`${field}${formatPointer(place)}`, value] as const,
        );
        const ignored = leaves.filter((leaf) => `${pointerTo(leaf)}/`.startsWith(`${field}/`));
        const of = (...some: readonly Owners[]) => ignored.filter((leaf) => some.includes(leaf.owners));
        const asLive = (some: readonly Leaf[]) => some.map((leaf) => [pointerTo(leaf), leaf.value]);
        expect(applied).toEqual(expect.arrayContaining(asLive(of("we"))));
        expect(asLive(of("we", "nobody"))).toEqual(expect.arrayContaining(applied));
      }),
      { numRuns: 1000 },
    );
  });
});
