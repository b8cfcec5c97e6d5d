import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { rendererFaults } from "../../../steps/baseline/assets/renderer-faults.ts";
import { catalogSchema } from "../../../steps/baseline/catalog/catalog.schema.ts";
import type { Catalog, CatalogAsset } from "../../../steps/baseline/catalog/catalog.ts";
import { validateCatalog } from "../../../steps/baseline/catalog/validate-catalog.ts";
import { identityOf } from "../../../steps/baseline/object/managed-object.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../steps/lib/schema/validator.ts";
import { cases } from "./support/operator-cases.ts";
import { entries, objectOf } from "./support/operator-golden.ts";

const topics = ["descheduler", "observability", "logging", "operators", "metrics-exporter", "remediation"];
const active = "assets/baseline/active";
const files = topics.flatMap((topic) => readdirSync(`${active}/${topic}`).map((name) => `${topic}/${name}`));

const goldenConfig: CatalogAsset = {
  name: "hco-golden-config",
  path: "hco/golden-config.yaml",
  phase: 0,
  install: "always",
  component: "HyperConverged",
  reconcile_order: 0,
};

function catalogOf(assets: readonly CatalogAsset[]): Catalog {
  return {
    framework: { opt_in: "platform.kubevirt.io/autopilot=true" },
    assets: [goldenConfig, ...assets],
    excluded_assets: ["hco-golden-config"],
    features: [{ name: "All", description: "", assets: assets.map(({ name }) => name) }],
  };
}

/** The entries with an object each, under any circumstances. */
const rendered = entries.map(({ name, component }) => {
  const one = cases.find(({ asset }) => asset === name);
  return { asset: name, component, ...identityOf(objectOf(name, one?.context)) };
});

describe("the entries of operators and observability", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(catalogSchema);
  });

  test("have the shape of a catalog", () => {
    expect(validate(catalogOf(entries))).toEqual([]);
  });

  test("B-12-84 have no fault together", () => {
    expect(validateCatalog(catalogOf(entries), new Set([...files, goldenConfig.path]))).toEqual([]);
  });

  test("name every file of their topics", () => {
    const named = entries.filter(({ render }) => render === undefined).map(({ path }) => path);
    expect(named.toSorted()).toEqual(files.toSorted());
  });

  test.each(rendered.map((one) => [one.asset, one] as const))("%s is of the kind that it says", (_name, one) => {
    expect(one.kind).toBe(one.component);
  });

  test("B-12-84 D11 render no object twice", () => {
    const keys = rendered.map(({ apiVersion, kind, namespace, name }) => [apiVersion, kind, namespace, name].join(" "));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each(entries.filter(({ path }) => path.endsWith(".liquid")).map((one) => [one.name, one] as const))(
    "D1 %s asks of the cluster just what its template names",
    (_name, { path, lookups = [] }) => {
      const template = readFileSync(`${active}/${path}`, "utf8");
      const named = [...template.matchAll(/Lookups\.(\w+)/g)].map(([, name = ""]) => name);
      expect([...new Set(named)].toSorted()).toEqual(lookups.map(({ name }) => name).toSorted());
    },
  );
});

describe("an entry that a function renders", () => {
  const asset = (more: Partial<CatalogAsset>): CatalogAsset => ({ ...goldenConfig, name: "a", path: "x/a", ...more });
  const faults = (more: Partial<CatalogAsset>): readonly string[] => rendererFaults(catalogOf([asset(more)]));

  test("needs no file", () => {
    const found = catalogOf([{ ...asset({ render: "fence-agents" }), reconcile_order: 1 }]);
    expect(validateCatalog(found, new Set([goldenConfig.path]))).toEqual([]);
  });

  test.each<[string, Partial<CatalogAsset>, string]>([
    ["a function that is not there", { render: "none" }, "a: render names none, and there is no such function"],
    ["what objects inherit", { render: "constructor" }, "there is no such function"],
    ["a function and a file", { render: "fence-agents", path: "x/a.yaml" }, "x/a.yaml must not be a file"],
    ["neither function nor file", {}, "a: x/a is no file of an asset"],
  ])("with %s is refused", (_given, more, fault) => {
    expect(faults(more).join("\n")).toContain(fault);
  });
});

describe("the shape of a look-up", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(catalogSchema);
  });
  const faultsOf = (lookup: object): readonly unknown[] =>
    validate({ ...catalogOf([]), assets: [{ ...goldenConfig, lookups: [lookup] }] });

  test.each<[string, object]>([
    ["of no kind that is known", { name: "a", kind: "weather" }],
    ["without name", { kind: "storage-profile-rwx-class" }],
    ["with a name that no template can write", { name: "a-b", kind: "storage-profile-rwx-class" }],
    ["without what it asks for", { name: "a", kind: "crd-enum", crd: "things.example.com" }],
    ["of a CRD without group", { name: "a", kind: "crd-has-field", crd: "things", path: "spec" }],
    ["with a key of another kind", { name: "a", kind: "storage-profile-rwx-class", path: "spec" }],
  ])("is none %s", (_given, lookup) => {
    expect(faultsOf(lookup)).not.toEqual([]);
  });

  test("is one for an object of the cluster, which has no namespace", () => {
    const lookup = { name: "a", kind: "object-exists", api_version: "v1", object_kind: "Node", object_name: "n" };
    expect(faultsOf(lookup)).toEqual([]);
  });
});
