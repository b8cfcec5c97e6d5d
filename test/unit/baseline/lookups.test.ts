import { describe, expect, test } from "@jest/globals";
import { answerOf, answersOf, emptyAnswers, type Lookup, readOf } from "../../../steps/baseline/lookups/lookup.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";

const crd = "things.example.com";
const enumAt = (path: string): Lookup => ({ name: "values", kind: "crd-enum", crd, path });
const fieldAt = (path: string): Lookup => ({ name: "declared", kind: "crd-has-field", crd, path });
const rule: Lookup = { name: "has", kind: "recording-rule", namespace: "n", prometheus_rule: "r", record: "a:b" };
const text: Lookup = { name: "config", kind: "config-map-value", namespace: "n", config_map: "c", key: "config.yaml" };
const shared: Lookup = { name: "shared", kind: "storage-profile-rwx-class" };
const exists: Lookup = {
  name: "there",
  kind: "object-exists",
  api_version: "example.com/v1",
  object_kind: "Thing",
  namespace: "n",
  object_name: "t",
};

function version(name: string, storage: boolean, spec: JsonObject): JsonObject {
  return { name, storage, schema: { openAPIV3Schema: { type: "object", properties: { spec } } } };
}

const modes = { type: "string", enum: ["A", "B"] };
const things: JsonObject = {
  spec: {
    versions: [
      version("v1alpha1", false, { type: "object", properties: { old: modes } }),
      version("v1", true, {
        type: "object",
        properties: {
          mode: modes,
          profiles: { type: "array", items: modes },
          free: { type: "string" },
          numbers: { type: "integer", enum: [1, 2] },
          parts: { type: "array", items: { type: "object", properties: { mode: modes } } },
          properties: { type: "object", properties: { inner: { type: "boolean" } } },
        },
      }),
    ],
  },
};

describe("the values that a CRD allows", () => {
  test.each([
    ["for a field", "spec.mode", ["A", "B"]],
    ["for the elements of a list", "spec.profiles", ["A", "B"]],
    ["for a field of the elements of a list", "spec.parts.mode", ["A", "B"]],
    ["are none for a field that takes any text", "spec.free", []],
    ["are none for numbers, which no template asks for", "spec.numbers", []],
    ["are none for a field that is not there", "spec.none.deeper", []],
    ["are none for a field of a version that is not stored", "spec.old", []],
  ])("%s", (_given, path, values) => {
    expect(answerOf(enumAt(path), [things])).toEqual(values);
  });

  test("are none where the CRD is not installed, or has no schema", () => {
    expect(answerOf(enumAt("spec.mode"), [])).toEqual([]);
    expect(answerOf(enumAt("spec.mode"), [{ spec: { versions: [{ storage: true }] } }])).toEqual([]);
  });
});

describe("a field of a CRD", () => {
  test.each([
    ["spec.mode", true],
    ["spec.parts.mode", true],
    ["spec.properties.inner", true],
    ["spec.properties.mode", false],
    ["spec.old", false],
    ["spec.mode.deeper", false],
    ["spec.constructor", false],
  ])("%s: declared %s", (path, declared) => {
    expect(answerOf(fieldAt(path), [things])).toBe(declared);
  });
});

describe("a recording rule", () => {
  const rules = (...records: readonly string[]): JsonObject => ({
    spec: { groups: [{ name: "empty" }, { name: "one", rules: records.map((record) => ({ record, expr: "1" })) }] },
  });

  test("is found in any group", () => {
    expect(answerOf(rule, [rules("x:y", "a:b")])).toBe(true);
  });

  test("is not there under another name, nor as an alert, nor without the object", () => {
    expect(answerOf(rule, [rules("a:b:c")])).toBe(false);
    expect(answerOf(rule, [{ spec: { groups: [{ name: "g", rules: [{ alert: "a:b", expr: "1" }] }] } }])).toBe(false);
    expect(answerOf(rule, [])).toBe(false);
  });
});

describe("a value of a ConfigMap", () => {
  test("is its text", () => {
    expect(answerOf(text, [{ data: { "config.yaml": "a: 1\n" } }])).toBe("a: 1\n");
  });

  test.each<[string, readonly JsonObject[]]>([
    ["the object", []],
    ["the key", [{ data: { other: "x" } }]],
    ["any data", [{}]],
  ])("is empty without %s", (_what, found) => {
    expect(answerOf(text, found)).toBe("");
  });
});

describe("a storage class for many nodes at once", () => {
  const profile = (name: string, volumeMode: string, ...accessModes: readonly string[]): JsonObject => ({
    metadata: { name },
    status: { claimPropertySets: [{ volumeMode, accessModes }] },
  });

  test("is the first by name of those that share a file system", () => {
    const found = [
      profile("z-nfs", "Filesystem", "ReadWriteOnce", "ReadWriteMany"),
      profile("a-block", "Block", "ReadWriteMany"),
      profile("b-single", "Filesystem", "ReadWriteOnce"),
      profile("c-cephfs", "Filesystem", "ReadWriteMany"),
    ];
    expect(answerOf(shared, found)).toBe("c-cephfs");
  });

  test("is none where no class shares one, or CDI knows nothing of it yet", () => {
    expect(answerOf(shared, [profile("a", "Block", "ReadWriteMany"), { metadata: { name: "b" } }])).toBe("");
  });
});

describe("what is read for a look-up", () => {
  test.each<[string, Lookup, object]>([
    [
      "a CRD",
      enumAt("spec.mode"),
      {
        verb: "get",
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        namespace: "",
        name: crd,
      },
    ],
    ["an object", exists, { verb: "get", apiVersion: "example.com/v1", kind: "Thing", namespace: "n", name: "t" }],
    [
      "a PrometheusRule",
      rule,
      { verb: "get", apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", namespace: "n", name: "r" },
    ],
    ["a ConfigMap", text, { verb: "get", apiVersion: "v1", kind: "ConfigMap", namespace: "n", name: "c" }],
    ["all StorageProfiles", shared, { verb: "list", apiVersion: "cdi.kubevirt.io/v1beta1", kind: "StorageProfile" }],
  ])("is %s", (_what, lookup, read) => {
    expect(readOf(lookup)).toEqual(read);
  });

  test("of a cluster-scoped object has no namespace", () => {
    const { namespace: _namespace, ...clusterScoped } = exists;
    expect(readOf(clusterScoped)).toMatchObject({ namespace: "" });
  });
});

describe("all answers of an asset", () => {
  const lookups = [enumAt("spec.mode"), fieldAt("spec.mode"), exists, rule, text, shared];

  test("have the names that the catalog gives them", () => {
    const found = (lookup: Lookup): readonly JsonObject[] => (lookup.kind.startsWith("crd") ? [things] : []);
    expect(answersOf(lookups, found)).toEqual({
      values: ["A", "B"],
      declared: true,
      there: false,
      has: false,
      config: "",
      shared: "",
    });
  });

  test("D1 are empty where no cluster is asked", () => {
    expect(emptyAnswers(lookups)).toEqual({
      values: [],
      declared: false,
      there: false,
      has: false,
      config: "",
      shared: "",
    });
  });
});
