import { describe, expect, test } from "@jest/globals";
import { lintAgainstSchema, lintObjects } from "../../../steps/baseline/lint/lint-objects.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";

const specSchema: JsonObject = {
  type: "object",
  properties: {
    text: { type: "string" },
    count: { type: "integer" },
    ratio: { type: "number" },
    mode: { type: "string", enum: ["On", "Off"] },
    port: { "x-kubernetes-int-or-string": true },
    none: { type: "string", nullable: true },
    list: { type: "array", items: { type: "object", properties: { a: { type: "boolean" } } } },
    labels: { type: "object", additionalProperties: { type: "string" } },
    anything: { type: "object", additionalProperties: true },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { n: { type: "integer" } } },
    resource: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: { type: "object" } } },
    closed: { type: "object" },
  },
};

const crd: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.com" },
  spec: {
    group: "example.com",
    names: { kind: "Thing", plural: "things" },
    versions: [
      {
        name: "v1",
        served: true,
        schema: { openAPIV3Schema: { type: "object", properties: { metadata: { type: "object" }, spec: specSchema } } },
      },
      { name: "v1alpha1", served: false, schema: { openAPIV3Schema: { type: "object" } } },
    ],
  },
};

const thing = (spec: JsonObject, apiVersion = "example.com/v1"): ManagedObject => ({
  apiVersion,
  kind: "Thing",
  metadata: { name: "one", labels: { a: "b" } },
  spec,
});

describe("an object that its CRD allows", () => {
  test.each<[string, JsonObject]>([
    ["of every type", { text: "true", count: 1, ratio: 1, mode: "On", none: null, list: [{ a: true }, {}] }],
    ["with either of two types", { port: 80 }],
    ["with the other of two types", { port: "http" }],
    ["with keys that nobody knows beforehand", { labels: { x: "y" }, anything: { x: [{}] }, free: { n: 1, x: true } }],
    [
      "with another object in it",
      { resource: { apiVersion: "v1", kind: "A", metadata: { name: "n", labels: {} }, spec: {} } },
    ],
    ["with nothing", {}],
  ])("%s has no fault", (_given, spec) => {
    expect(lintAgainstSchema(thing(spec), crd)).toEqual([]);
  });
});

describe("an object that its CRD does not allow", () => {
  test.each<[string, JsonObject, string]>([
    ["a boolean for a string", { text: true }, "/spec/text is true, and the CRD declares string"],
    ["a number for a string", { text: 3 }, "/spec/text is 3, and the CRD declares string"],
    ["a fraction for a whole number", { count: 1.5 }, "/spec/count is 1.5, and the CRD declares integer"],
    ["a text for a number", { ratio: "1" }, '/spec/ratio is "1", and the CRD declares number'],
    ["a boolean for a port", { port: true }, "/spec/port is true, and the CRD declares integer or string"],
    ["no value", { text: null }, "/spec/text is null, and the CRD declares string"],
    ["a value outside its list", { mode: "Auto" }, '/spec/mode is "Auto", and the CRD allows ["On","Off"]'],
    ["a field nobody declared", { other: 1 }, "/spec/other is not declared by the CRD"],
    ["such a field in a closed object", { closed: { x: 1 } }, "/spec/closed/x is not declared by the CRD"],
    ["such a field in a list", { list: [{}, { b: 1 }] }, "/spec/list/1/b is not declared by the CRD"],
    ["a wrong label", { labels: { "a/b": true } }, "/spec/labels/a~1b is true, and the CRD declares string"],
    ["a wrong field among free ones", { free: { n: "x" } }, '/spec/free/n is "x", and the CRD declares integer'],
    ["a map for a list", { list: {} }, "/spec/list is {}, and the CRD declares array"],
  ])("for %s is told where and why", (_given, spec, fault) => {
    expect(lintAgainstSchema(thing(spec), crd)).toEqual([fault]);
  });

  test("is told everything at once", () => {
    expect(lintAgainstSchema(thing({ text: true, other: 1 }), crd).length).toBe(2);
  });

  test("B13 for a limit that its release does not know yet is told, as its API server would refuse it", () => {
    const total: JsonObject = { type: "object", properties: { total: { type: "integer" } } };
    const old = { ...specSchema, properties: { evictionLimits: total } };
    const of417 = JSON.parse(
      JSON.stringify(crd).replace(JSON.stringify(specSchema), JSON.stringify(old)),
    ) as JsonObject;
    expect(lintAgainstSchema(thing({ evictionLimits: { total: 5, node: 2 } }), of417)).toEqual([
      "/spec/evictionLimits/node is not declared by the CRD",
    ]);
  });

  test.each([
    ["example.com/v2", "the CRD has no version v2"],
    ["example.com/v1alpha1", "the CRD serves version v1alpha1 no longer"],
    ["other.com/v1", "the CRD is that of Thing.example.com, and the object is a Thing of other.com/v1"],
  ])("of %s is told", (apiVersion, reason) => {
    expect(lintAgainstSchema(thing({}, apiVersion), crd)).toEqual([reason]);
  });
});

describe("the objects of all assets", () => {
  test("are told with their assets, each fault once however often it was rendered", () => {
    const wrong = { asset: "mtv", object: thing({ text: true }) };
    const crds = new Map([["Thing.example.com", crd]]);
    expect(lintObjects([wrong, wrong, { asset: "right", object: thing({ text: "true" }) }], crds)).toEqual([
      "mtv: /spec/text is true, and the CRD declares string",
    ]);
  });

  test("of kinds without CRD are not looked at", () => {
    expect(lintObjects([{ asset: "a", object: thing({ text: true }) }], new Map())).toEqual([]);
  });
});
