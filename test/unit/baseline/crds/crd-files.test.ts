import { describe, expect, test } from "@jest/globals";
import { readCrdFile } from "../../../../steps/baseline/crds/crd-file.ts";
import { crdSources } from "../../../../steps/baseline/crds/sources.ts";
import { readCollection } from "../../../../steps/baseline/crds/validate-collection.ts";
import { crdText, sourceOf } from "../support/crd-files.ts";

describe("a file of the CRD collection", () => {
  test("is one CRD, and tells its plural, scope and versions", () => {
    const versions = [
      { name: "v1", storage: true },
      { name: "v1beta1", storage: false },
    ];
    expect(readCrdFile(crdText("Thing", { scope: "Cluster", versions }))).toMatchObject({
      state: "valid",
      facts: { group: "example.com", kind: "Thing", plural: "things", scope: "Cluster", versions: ["v1", "v1beta1"] },
    });
  });

  test.each([
    ["empty", "# nothing\n", "it is empty"],
    ["no YAML", "a: [", "Flow sequence"],
    ["a page of words", "<html>", "it is no map"],
    ["another object", crdText("Thing", {}, { kind: "List" }), "it is a List of apiextensions.k8s.io/v1"],
    [
      "of the API that Kubernetes 1.22 removed",
      crdText("Thing", {}, { apiVersion: "apiextensions.k8s.io/v1beta1" }),
      "no CustomResourceDefinition of v1",
    ],
    [
      "named as another",
      crdText("Thing", {}, { metadata: { name: "others.example.com" } }),
      'its name is "others.example.com", and by its plural and group "things.example.com"',
    ],
    ["without a kind", crdText("Thing", { names: { plural: "things" } }), "it names no kind"],
    ["of no scope", crdText("Thing", { scope: "World" }), 'its scope is "World"'],
    ["without versions", crdText("Thing", { versions: [] }), "it has no version"],
    [
      "without a storage version",
      crdText("Thing", { versions: [{ name: "v1", storage: false }] }),
      "0 of its versions",
    ],
    [
      "with two storage versions",
      crdText("Thing", { versions: ["v1", "v2"].map((name) => ({ name, storage: true })) }),
      "2 of its versions are the storage version, and one must be",
    ],
  ])("that is %s is told", (_given, text, fault) => {
    expect(readCrdFile(text)).toEqual({ state: "invalid", faults: [expect.stringContaining(fault)] });
  });
});

describe("the CRD collection", () => {
  const thing = sourceOf("Thing");
  const old = sourceOf("Thing", { file: "kubevirt/things-4.17.yaml", release: "4.17" });

  test("tells plurals and scopes of all kinds", () => {
    const files = new Map([
      ["a/things.yaml", crdText("Thing")],
      ["a/nodes.yaml", crdText("Node", { scope: "Cluster" })],
    ]);
    const read = readCollection(files, []);
    expect(read).toMatchObject({
      state: "valid",
      collection: {
        plurals: { "Thing.example.com": "things", "Node.example.com": "nodes" },
        clusterScoped: new Set(["Node.example.com"]),
      },
    });
    expect(read.state === "valid" && [...read.collection.crds.keys()]).toEqual([
      "Thing.example.com",
      "Node.example.com",
    ]);
  });

  test("has a CRD once", () => {
    const files = new Map(["a/one.yaml", "b/two.yaml"].map((file) => [file, crdText("Thing")]));
    expect(readCollection(files, [])).toEqual({
      state: "invalid",
      faults: ["b/two.yaml: it defines Thing.example.com, as a/one.yaml does"],
    });
  });

  test("has older releases of one beside it, which are no part of what it tells", () => {
    const files = new Map([
      [old.file, crdText("Thing", { scope: "Cluster" })],
      [thing.file, crdText("Thing")],
    ]);
    expect(readCollection(files, [thing, old])).toMatchObject({
      state: "valid",
      collection: { clusterScoped: new Set() },
    });
  });

  test("tells all that is wrong, file by file", () => {
    const files = new Map([
      ["a/one.yaml", "- a"],
      [old.file, ""],
    ]);
    expect(readCollection(files, [old])).toEqual({
      state: "invalid",
      faults: ["a/one.yaml: it is no map", `${old.file}: it is empty`],
    });
  });
});

describe("the sources of the CRD collection", () => {
  test("have a place each", () => {
    const places = crdSources.map(({ file }) => file);
    expect(new Set(places).size).toBe(places.length);
    expect(places.filter((place) => !/^[a-z]+\/[a-zA-Z0-9._-]+\.yaml$/.test(place))).toEqual([]);
  });

  test("have the eight categories, and three older releases of the descheduler", () => {
    expect([...new Set(crdSources.map(({ file }) => file.split("/")[0]))].toSorted()).toEqual([
      "inflightoperations",
      "kubevirt",
      "oadp",
      "observability",
      "openshift",
      "operators",
      "prometheus",
      "remediation",
    ]);
    expect(crdSources.flatMap(({ release }) => release ?? [])).toEqual(["4.17", "4.19", "4.21"]);
  });
});
