import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import type { Catalog, CatalogAsset } from "../../../../steps/baseline/catalog/catalog.ts";
import { type Known, renderedObject, renderFile } from "../support/assets.ts";
import { expectGolden } from "../support/golden.ts";

const catalogFile = join(import.meta.dirname, "../../../../assets/baseline/catalog.yaml");
const { assets } = parse(readFileSync(catalogFile, "utf8")) as Pick<Catalog, "assets">;

function assetOf(name: string): CatalogAsset {
  const found = assets.find((asset) => asset.name === name);
  if (found === undefined) throw new Error(`the catalog has no ${name}`);
  return found;
}

const annotated = (name: string, value: string): Known => ({
  annotations: { [`platform.kubevirt.io/${name}`]: value },
});
const beta = { hcoVersion: "v1beta1" } as const;
const profile = annotated("golden-profile", "opinionated");
const aaq = annotated("enable-aaq", "true");
const both: Known = { annotations: { ...profile.annotations, ...aaq.annotations } };

const rendered: readonly (readonly [string, string, Known])[] = [
  ["hco-golden-config", "default", {}],
  ["hco-golden-config", "another-namespace", { metadata: { name: "x", namespace: "kubevirt-hyperconverged" } }],
  ["hco-golden-config", "no-namespace", { metadata: { name: "x" } }],
  ["hco-golden-config", "profile", profile],
  ["hco-golden-config", "profile-v1beta1", { ...profile, ...beta }],
  ["hco-golden-config", "aaq", aaq],
  ["hco-golden-config", "aaq-v1beta1", { ...aaq, ...beta }],
  ["hco-golden-config", "profile-and-aaq", both],
  ["hco-golden-config", "profile-and-aaq-v1beta1", { ...both, ...beta }],
  ["swap-enable", "default", {}],
  ["pci-passthrough", "pci", { hardware: { pciDevicesPresent: true } }],
  ["pci-passthrough", "gpu", { hardware: { gpuPresent: true } }],
  ["numa-topology", "two-sockets", annotated("numa-reserved-cpuset", "0-1,52-53")],
  ["psi-enable", "default", {}],
  ["psi-enable-master", "default", {}],
  ["ksm-zero-only", "default", {}],
  ["ksm-zero-only-master", "default", {}],
  ["thp-tuning", "default", {}],
  ["thp-tuning-master", "default", {}],
  ["vm-drain-shutdown-inhibitor", "default", {}],
  ["kubelet-perf-settings", "default", {}],
  ["kubelet-perf-settings", "fewer-pods", annotated("kubelet-max-pods", "250")],
  ["kubelet-cpu-manager", "default", {}],
];

describe("an asset renders what is committed", () => {
  test.each(rendered)("%s: %s", (name, given, known) => {
    expectGolden(name, given, renderedObject(assetOf(name).path, known));
  });

  test("in a case at least for every asset of nodes and of the platform itself", () => {
    const files = assets.filter(
      ({ path, render }) => /^(hco|machine-config|kubelet)\//.test(path) && render === undefined,
    );
    expect([...new Set(rendered.map(([name]) => name))]).toEqual(files.map(({ name }) => name));
  });
});

describe("an asset has the kind that the catalog says", () => {
  test.each(rendered)("%s: %s", (name, _given, known) => {
    const asset = assetOf(name);
    expect(renderedObject(asset.path, known).kind).toBe(asset.component);
  });
});

describe("an asset has nothing to say", () => {
  test.each<[string, string, Known]>([
    ["pci-passthrough", "without PCI device and GPU", { hardware: { usbDevicesPresent: true, vfioCapable: true } }],
    ["numa-topology", "without a cpuset", {}],
    ["numa-topology", "with an empty cpuset", annotated("numa-reserved-cpuset", " ")],
    ["numa-topology", "with what is no cpuset", annotated("numa-reserved-cpuset", "0-1;rm -rf /")],
    ["numa-topology", "with a range that runs backwards", annotated("numa-reserved-cpuset", "5-1")],
  ])("%s: %s", (name, _given, known) => {
    expect(renderFile(assetOf(name).path, known)).toEqual({ state: "not-applicable" });
  });
});

describe("the number of pods of a node", () => {
  const { path } = assetOf("kubelet-perf-settings");

  test.each(["1", "2500", " 250 "])("may be %j", (value) => {
    expect(renderedObject(path, annotated("kubelet-max-pods", value))).toMatchObject({
      spec: { kubeletConfig: { maxPods: Number(value) } },
    });
  });

  test.each(["0", "2501", "many", "12.5", "-1", "1e3"])("is never %j: the asset fails", (value) => {
    expect(renderFile(path, annotated("kubelet-max-pods", value))).toMatchObject({
      state: "failed",
      reason: expect.stringContaining(
        `platform.kubevirt.io/kubelet-max-pods is "${value}", and takes a whole number from 1 to 2500`,
      ),
    });
  });

  test("D19 B12 is set for the kubelet, and the sizes of what it reserves beside it", () => {
    const spec = renderedObject(path)["spec"];
    expect(spec).toMatchObject({ autoSizingReserved: true, kubeletConfig: { maxPods: 500 } });
    expect(spec).not.toHaveProperty("kubeletConfig.autoSizingReserved");
  });
});

test("the golden config claims no field of spec unless its owner asks for it", () => {
  expect(renderedObject(assetOf("hco-golden-config").path)["spec"]).toEqual({});
});
