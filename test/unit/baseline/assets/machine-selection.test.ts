import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { catalogSchema } from "../../../../steps/baseline/catalog/catalog.schema.ts";
import type { Catalog } from "../../../../steps/baseline/catalog/catalog.ts";
import { requiredCrd } from "../../../../steps/baseline/catalog/crd-name.ts";
import {
  type SelectableAsset,
  type Selection,
  type SelectionContext,
  selectAsset,
} from "../../../../steps/baseline/catalog/select-assets.ts";
import { detectHardware } from "../../../../steps/baseline/context/hardware.ts";
import type { NodeFacts } from "../../../../steps/baseline/context/node.ts";
import { describeTopology } from "../../../../steps/baseline/context/topology.ts";
import type { Json, JsonObject } from "../../../../steps/lib/json/json.ts";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";

const catalogFile = join(import.meta.dirname, "../../../../assets/baseline/catalog.yaml");
const { assets } = parse(readFileSync(catalogFile, "utf8")) as Pick<Catalog, "assets">;

function selectable(name: string): SelectableAsset {
  const found = assets.find((asset) => asset.name === name);
  if (found === undefined) throw new Error(`the catalog has no ${name}`);
  const { group, install, reconcile_order, conditions = [], gate_crd, component } = found;
  const crd = requiredCrd("machineconfiguration.openshift.io/v1", component);
  return {
    name,
    install,
    reconcileOrder: reconcile_order,
    conditions,
    ...(group === undefined ? {} : { group }),
    ...(crd === undefined ? {} : { requiredCrd: crd }),
    ...(gate_crd === undefined ? {} : { gateCrd: gate_crd }),
  };
}

interface Cluster {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
  readonly nodes?: readonly Partial<NodeFacts>[];
  readonly mastersSchedulable?: boolean;
  readonly missingCrds?: readonly string[];
}

function select(name: string, cluster: Cluster): Selection<SelectableAsset> {
  const { annotations = {}, spec = {}, nodes = [], mastersSchedulable = false, missingCrds = [] } = cluster;
  const facts = nodes.map((node) => ({ labels: {}, annotations: {}, capacity: {}, ...node }));
  const prefixed = Object.entries(annotations).map(([key, value]) => [`platform.kubevirt.io/${key}`, value]);
  const metadata = { name: "kubevirt-hyperconverged", annotations: Object.fromEntries(prefixed) };
  const context: SelectionContext = {
    hco: { apiVersion: "hco.kubevirt.io/v1", kind: "HyperConverged", metadata, spec },
    hardware: detectHardware(facts, "accurate"),
    topology: describeTopology(facts, { scheduler: { spec: { mastersSchedulable } } }),
    images: {},
    activation: { state: "all" },
    onlyAssets: [],
    crd: (crd) => (missingCrds.includes(crd) ? "missing" : "installed"),
  };
  return selectAsset(selectable(name), context);
}

test("the entries of the catalog have its shape", async () => {
  const validate = await compileValidator(catalogSchema);
  expect(validate({ framework: { opt_in: "x" }, assets, excluded_assets: [], features: [] })).toEqual([]);
});

describe("B-12-67 PCI passthrough", () => {
  const enabled = { openshift: "true", "enable-pci-passthrough": "true" };

  test.each<[string, readonly Partial<NodeFacts>[], string]>([
    ["no node", [], "conditions-not-met"],
    [
      "a node with what KubeVirt offers alone",
      [{ capacity: { "devices.kubevirt.io/kvm": "1k" } }],
      "conditions-not-met",
    ],
    ["a node with a PCI device", [{ labels: { "feature.node.kubernetes.io/pci-10de.present": "true" } }], "selected"],
  ])("with %s: %s", (_given, nodes, state) => {
    expect(select("pci-passthrough", { annotations: enabled, nodes }).state).toBe(state);
  });

  test.each(Object.keys(enabled))("needs %s", (missing) => {
    const nodes = [{ labels: { "feature.node.kubernetes.io/pci-10de.present": "true" } }];
    const annotations = { ...enabled, [missing]: "false" };
    expect(select("pci-passthrough", { annotations, nodes }).state).toBe("conditions-not-met");
  });
});

test.each([
  ["selected", true],
  ["conditions-not-met", false],
])("B-12-68 psi-enable-master is %s where mastersSchedulable is %s", (state, mastersSchedulable) => {
  expect(select("psi-enable-master", { mastersSchedulable }).state).toBe(state);
});

test.each(["psi-enable", "psi-enable-master"])("B-12-48 %s waits for the descheduler", (name) => {
  const crd = "kubedeschedulers.operator.openshift.io";
  expect(select(name, { mastersSchedulable: true, missingCrds: [crd] })).toMatchObject({
    state: "gate-crd-missing",
    crd,
  });
});

describe("B-12-69 sharing pages of zeros", () => {
  test.each<[string, Json, string]>([
    ["its owner has configured KSM", { nodeLabelSelector: { matchLabels: { a: "b" } } }, "conditions-not-met"],
    ["the configuration is empty", {}, "selected"],
  ])("where %s: %s", (_given, ksmConfiguration, state) => {
    const annotations = { "enable-ksm-zero-only": "true" };
    const cluster = { annotations, spec: { virtualization: { ksmConfiguration } }, mastersSchedulable: true };
    expect(select("ksm-zero-only", cluster).state).toBe(state);
    expect(select("ksm-zero-only-master", cluster).state).toBe(state);
  });
});

describe("what its owner has to ask for", () => {
  test.each([
    ["ksm-zero-only", "enable-ksm-zero-only"],
    ["thp-tuning", "enable-thp-tuning"],
    ["thp-tuning-master", "enable-thp-tuning"],
    ["vm-drain-shutdown-inhibitor", "enable-vm-drain-shutdown-inhibitor"],
    ["kubelet-perf-settings", "enable-kubelet-performance-settings"],
  ])("%s, by %s", (name, annotation) => {
    const cluster = { mastersSchedulable: true };
    expect(select(name, cluster).state).toBe("conditions-not-met");
    expect(select(name, { ...cluster, annotations: { [annotation]: "true" } }).state).toBe("selected");
  });

  test("kubelet-cpu-manager, by a feature gate", () => {
    expect(select("kubelet-cpu-manager", {}).state).toBe("conditions-not-met");
    expect(select("kubelet-cpu-manager", { spec: { featureGates: [{ name: "CPUManager" }] } }).state).toBe("selected");
  });

  test("numa-topology, by the cpuset itself, where a node has NUMA", () => {
    const annotations = { openshift: "true", "numa-reserved-cpuset": "0-1" };
    const nodes = [{ labels: { "feature.node.kubernetes.io/memory-numa": "true" } }];
    expect(select("numa-topology", { annotations, nodes }).state).toBe("selected");
    expect(select("numa-topology", { annotations }).state).toBe("conditions-not-met");
    expect(select("numa-topology", { annotations: { openshift: "true" }, nodes }).state).toBe("conditions-not-met");
  });
});

test.each(["swap-enable", "psi-enable"])("%s is for every cluster that has MachineConfigs", (name) => {
  expect(select(name, {}).state).toBe("selected");
  const missingCrds = ["machineconfigs.machineconfiguration.openshift.io"];
  expect(select(name, { missingCrds }).state).toBe("crd-missing");
});
