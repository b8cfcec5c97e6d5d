import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { differingFields, requestedFields } from "../../../../steps/lib/phase/compare-fields.ts";

describe("comparing what was asked for with what is there", () => {
  test.each<[string, unknown, unknown, readonly string[]]>([
    ["equal values", { a: { b: 1 } }, { a: { b: 1 } }, []],
    ["fields that were not asked for", { a: 1 }, { a: 1, b: 2 }, []],
    ["a wrong value", { spec: { paused: true } }, { spec: { paused: false } }, ["spec.paused: wanted true, is false"]],
    ["an absent value", { spec: { paused: true } }, {}, ["spec.paused: wanted true, is absent"]],
    ["null, which asks for absence", { a: null }, {}, []],
    ["null, which is not met", { a: null }, { a: 1 }, ["a: wanted absent, is 1"]],
    ["an empty object, which a server leaves out", { data: {} }, {}, []],
    ["an object where there is text", { a: { b: 1 } }, { a: "b" }, ['a: wanted {"b":1}, is "b"']],
    ["a list of another length", { a: [1] }, { a: [1, 2] }, ["a: wanted [1], is [1,2]"]],
    ["an item of a list", { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ["a[0].b: wanted 1, is 2"]],
  ])("finds %s", (_name, wanted, actual, differences) => {
    expect(differingFields(wanted, actual)).toEqual(differences);
  });

  test("finds nothing between any JSON and itself, whatever else is there", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (value, more) => {
        expect(differingFields(value, { [`${more}-`]: 1, ...structuredClone(value) })).toEqual([]);
      }),
    );
  });

  test("leaves out what only the server sets, and the status", () => {
    const metadata = { name: "a", labels: { b: "c" } };
    const body = { metadata: { ...metadata, uid: "1", resourceVersion: "2" }, spec: { d: 1 }, status: { e: 2 } };
    expect(requestedFields(body)).toEqual({ metadata, spec: { d: 1 } });
  });
});
