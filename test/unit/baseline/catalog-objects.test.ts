import { beforeAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { catalogSchema } from "../../../steps/baseline/catalog/catalog.schema.ts";
import { readCatalog } from "../../../steps/baseline/catalog/read-catalog.ts";
import { type AssetIdentities, validateObjects } from "../../../steps/baseline/catalog/validate-objects.ts";
import type { Identity } from "../../../steps/baseline/object/managed-object.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../steps/lib/schema/validator.ts";

const machineConfig = (name: string): Identity => ({
  apiVersion: "machineconfiguration.openshift.io/v1",
  kind: "MachineConfig",
  name,
  namespace: "",
});
const plugin = (name: string, namespace = "", version = "v1alpha1"): Identity => ({
  apiVersion: `observability.openshift.io/${version}`,
  kind: "UIPlugin",
  name,
  namespace,
});
const account = (namespace: string): Identity => ({ apiVersion: "v1", kind: "ServiceAccount", name: "a", namespace });

const of = (asset: string, ...identities: readonly Identity[]): AssetIdentities => ({ asset, identities });

describe("the objects of a catalog", () => {
  const clusterScoped = new Set(["UIPlugin.observability.openshift.io"]);
  const faultsOf = (rendered: readonly AssetIdentities[], tombstones: readonly Identity[] = []): readonly string[] =>
    validateObjects(rendered, { tombstones, clusterScoped });

  test("that are all different, by name, kind, group or namespace, have no fault", () => {
    const other = { ...plugin("a"), apiVersion: "other.io/v1" };
    const rendered = [of("a", plugin("a")), of("b", plugin("b")), of("c", other), of("d", account("x"))];
    expect(faultsOf([...rendered, of("e", account("y"))], [plugin("old")])).toEqual([]);
  });

  test("B-12-84 D11 may not be one object of two assets", () => {
    expect(faultsOf([of("psi", machineConfig("99-psi")), of("other", machineConfig("99-psi"))])).toEqual([
      "psi and other render the same object, MachineConfig 99-psi",
    ]);
  });

  test("D11 may not be one object for any role of two assets", () => {
    const master = of("psi-master", machineConfig("99-master-psi"));
    const both = of("psi", machineConfig("99-worker-psi"), machineConfig("99-master-psi"));
    expect(faultsOf([both, master])).toEqual([
      "psi and psi-master render the same object, MachineConfig 99-master-psi",
    ]);
  });

  test("D11 are one object in two versions of its API", () => {
    expect(faultsOf([of("a", plugin("x")), of("b", plugin("x", "", "v1"))])).toEqual([
      "a and b render the same object, UIPlugin x",
    ]);
  });

  test("may be rendered by one asset more than once", () => {
    expect(faultsOf([of("a", plugin("x"), plugin("x"))])).toEqual([]);
  });

  test("B-12-84 D11 may not be deleted as what an earlier release left", () => {
    expect(faultsOf([of("a", account("x"))], [account("x")])).toEqual([
      "a: ServiceAccount x/a is a tombstone, and would be deleted each time",
    ]);
  });

  test("D11 are those of a tombstone that names a namespace where its kind has none", () => {
    expect(faultsOf([of("a", plugin("x"))], [plugin("x", "openshift-cnv")])).toEqual([
      "a: UIPlugin x is a tombstone, and would be deleted each time",
    ]);
  });
});

describe("the file of a catalog", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(catalogSchema);
  });

  const entry = (name: string, more: object = {}) => ({
    name,
    path: `${name}.yaml`,
    phase: 1,
    install: "always",
    component: "A",
    reconcile_order: 1,
    ...more,
  });
  const golden = entry("hco-golden-config", { reconcile_order: 0 });
  const file = (...assets: readonly object[]): string =>
    stringify({
      framework: { opt_in: "x=true" },
      assets: [golden, ...assets],
      excluded_assets: ["hco-golden-config"],
      features: [{ name: "F", description: "", assets: ["a"] }],
    });
  const files = new Set(["hco-golden-config.yaml", "a.yaml"]);

  test("that is right is read", () => {
    const read = readCatalog(file(entry("a")), validate, files);
    expect(read).toMatchObject({ state: "read", catalog: { assets: [{ name: "hco-golden-config" }, { name: "a" }] } });
  });

  test("B-12-84 with a name twice is refused", () => {
    expect(readCatalog(file(entry("a"), entry("a")), validate, files)).toEqual({
      state: "invalid",
      faults: ["two assets are named a"],
    });
  });

  test("B-12-84 with an opt-in asset without condition is refused", () => {
    expect(readCatalog(file(entry("a", { install: "opt-in" })), validate, files)).toEqual({
      state: "invalid",
      faults: ["a is opt-in and has no condition to opt in by"],
    });
  });

  test("of another shape is told where it is wrong, and what it has that has no meaning", () => {
    expect(readCatalog(file(entry("a", { phase: -1, colour: "red" })), validate, files)).toEqual({
      state: "invalid",
      faults: ["/assets/1 must NOT have additional properties: colour", "/assets/1/phase must be >= 0"],
    });
  });

  test.each([
    ["that is empty", "# nothing\n", "the catalog is empty"],
    ["that is no YAML", "a: [", "the catalog cannot be read: "],
    ["of two documents", "a: 1\n---\nb: 1", "the catalog cannot be read: it has 2 documents"],
    ["with an alias", "a: &x 1\nb: *x", "the catalog cannot be read: it has an alias"],
    ["deeper than a hundred", `${"{a: ".repeat(101)}1${"}".repeat(101)}`, "it is nested deeper than 100"],
    ["deeper than any parser goes", `${"{a: ".repeat(50_000)}1${"}".repeat(50_000)}`, "it is nested deeper than 100"],
    ["of more than ten megabytes", `a: "${"x".repeat(10 * 1024 * 1024)}"`, "it has more than 10485760 characters"],
  ])("%s is refused", (_given, text, fault) => {
    expect(readCatalog(text, validate, new Set())).toEqual({
      state: "invalid",
      faults: [expect.stringContaining(fault)],
    });
  });
});
