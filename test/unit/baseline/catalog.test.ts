import { beforeAll, describe, expect, test } from "@jest/globals";
import { catalogSchema } from "../../../steps/baseline/catalog/catalog.schema.ts";
import type { Catalog, CatalogAsset } from "../../../steps/baseline/catalog/catalog.ts";
import { requiredCrd } from "../../../steps/baseline/catalog/crd-name.ts";
import { validateCatalog } from "../../../steps/baseline/catalog/validate-catalog.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../steps/lib/schema/validator.ts";

function asset(name: string, more: Partial<CatalogAsset> = {}): CatalogAsset {
  return { name, path: `${name}.yaml`, phase: 1, install: "always", component: "A", reconcile_order: 1, ...more };
}

const golden = asset("hco-golden-config", { reconcile_order: 0 });
const files = (catalog: Catalog): ReadonlySet<string> => new Set(catalog.assets.map(({ path }) => path));

function catalog(assets: readonly CatalogAsset[], more: Partial<Catalog> = {}): Catalog {
  const feature = { name: "All", description: "", assets: assets.map(({ name }) => name) };
  return {
    framework: { opt_in: "platform.kubevirt.io/autopilot=true" },
    assets: [golden, ...assets],
    excluded_assets: ["hco-golden-config"],
    features: assets.length === 0 ? [] : [feature],
    ...more,
  };
}

describe("a catalog", () => {
  const faultsOf = (found: Catalog): readonly string[] => validateCatalog(found, files(found));
  const swap = asset("swap-enable");

  test("that is right has no fault", () => {
    expect(faultsOf(catalog([swap, asset("descheduler", { group: "loadaware" })]))).toEqual([]);
  });

  test.each<[string, Catalog, string]>([
    ["B-12-84 two assets of one name", catalog([swap, swap]), "two assets are named swap-enable"],
    [
      "B-12-84 an opt-in asset without condition",
      catalog([asset("a", { install: "opt-in" })]),
      "a is opt-in and has no condition to opt in by",
    ],
    [
      "B19 another asset of order 0",
      catalog([asset("a", { reconcile_order: 0 })]),
      "hco-golden-config alone has reconcile_order 0, and here it is hco-golden-config, a",
    ],
    ["no asset of order 0", { ...catalog([swap]), assets: [swap], excluded_assets: [] }, "and here it is none"],
    [
      "an asset in no feature",
      catalog([swap], { features: [] }),
      "swap-enable is in no feature and not in excluded_assets",
    ],
    [
      "a feature without assets",
      catalog([swap], { features: [{ name: "F", description: "", groups: ["none"] }] }),
      "feature F has no asset",
    ],
    [
      "a feature that names nobody",
      catalog([swap], { features: [{ name: "F", description: "", assets: ["swap-enable", "x"] }] }),
      "feature F names x, which does not exist",
    ],
    [
      "an excluded asset that nobody knows",
      catalog([swap], { excluded_assets: ["hco-golden-config", "x"] }),
      "excluded_assets names x",
    ],
    [
      "a group named as another asset",
      catalog([swap, asset("a", { group: "swap-enable" })]),
      "swap-enable is the name of an asset and of a group that it is not in",
    ],
    [
      "two features of one name",
      catalog([swap], { features: [1, 2].map(() => ({ name: "F", description: "", assets: ["swap-enable"] })) }),
      "two features are named F",
    ],
  ])("with %s is refused", (_given, found, fault) => {
    expect(faultsOf(found).join("\n")).toContain(fault);
  });

  test("whose file is not there, or leads out of the assets, is refused", () => {
    const found = catalog([swap, asset("out", { path: "a/../../b.yaml" })]);
    expect(validateCatalog(found, new Set(["hco-golden-config.yaml", "a/../../b.yaml"]))).toEqual([
      "swap-enable: there is no file swap-enable.yaml",
      "out: there is no file a/../../b.yaml",
    ]);
  });

  test("with several faults tells all of them", () => {
    expect(faultsOf(catalog([swap, swap, asset("a", { install: "opt-in" })])).length).toBe(2);
  });
});

describe("the shape of a catalog", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(catalogSchema);
  });

  test("is what a right one has", () => {
    const conditions = [
      { type: "hardware-detection" as const, detector: "gpuPresent" },
      { type: "topology" as const, field: "isHCP", value: "false" as const },
    ];
    expect(validate(catalog([asset("a", { conditions, gate_crd: "kubedeschedulers.operator.openshift.io" })]))).toEqual(
      [],
    );
  });

  test.each([
    ["a name that no list could hold", { name: "a,b" }],
    ["an unknown way of installing", { install: "sometimes" }],
    ["a condition of no type that is known", { conditions: [{ type: "weather", value: "x" }] }],
    ["a condition without what it asks for", { conditions: [{ type: "annotation" }] }],
    ["a path that is absolute", { path: "/etc/passwd.yaml" }],
    ["a path to what is no asset", { path: "a.sh" }],
    ["an order below zero", { reconcile_order: -1 }],
    ["a gate that is no CRD", { gate_crd: "kubedeschedulers" }],
    ["a key that has no meaning", { other: 1 }],
  ])("is not that with %s", (_given, change) => {
    const found = catalog([]);
    expect(validate({ ...found, assets: [{ ...golden, ...change }] })).not.toEqual([]);
  });
});

describe("the CRD that a kind needs", () => {
  test.each([
    ["operator.openshift.io/v1", "KubeDescheduler", "kubedeschedulers.operator.openshift.io"],
    ["machineconfiguration.openshift.io/v1", "MachineConfig", "machineconfigs.machineconfiguration.openshift.io"],
    ["observability.openshift.io/v1alpha1", "UIPlugin", "uiplugins.observability.openshift.io"],
    ["security.openshift.io/v1", "SecurityContextConstraints", "securitycontextconstraints.security.openshift.io"],
    ["a.io/v1", "Address", "addresses.a.io"],
    ["a.io/v1", "Box", "boxes.a.io"],
    ["a.io/v1", "Branch", "branches.a.io"],
    ["a.io/v1", "NetworkPolicy", "networkpolicies.a.io"],
    ["a.io/v1", "Gateway", "gateways.a.io"],
    ["v1", "ConfigMap", undefined],
    ["apps/v1", "Deployment", undefined],
    ["rbac.authorization.k8s.io/v1", "Role", undefined],
  ])("%s %s: %s", (apiVersion, kind, crd) => {
    expect(requiredCrd(apiVersion, kind)).toBe(crd);
  });

  test("has the plural that the CRD itself says", () => {
    expect(requiredCrd("a.io/v1", "Data", { "Data.a.io": "data" })).toBe("data.a.io");
  });
});
