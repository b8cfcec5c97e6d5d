import { describe, expect, test } from "@jest/globals";
import { catalogSchema } from "../../../steps/baseline/catalog/catalog.schema.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import { catalogFile } from "./support/catalog-file.ts";
import { expectedRuleSets } from "./support/in-flight-rule-sets.ts";

describe("the committed catalog", () => {
  const catalog = catalogFile();
  const inFlight = catalog.assets.filter(({ group }) => group === "inflightoperations");

  test("has each OperationRuleSet, last of all and only where its owner and its operator want it", () => {
    expect(inFlight).toEqual(
      Object.keys(expectedRuleSets).map((name) => ({
        name: `ifo-${name}`,
        group: "inflightoperations",
        path: `in-flight-operations/${name}.yaml`,
        phase: 2,
        install: "opt-in",
        component: "OperationRuleSet",
        reconcile_order: 20,
        conditions: [{ type: "annotation", key: "platform.kubevirt.io/enable-in-flight-operations", value: "true" }],
        gate_crd: "operationrulesets.ifo.kubevirt.io",
      })),
    );
  });

  test("has them and all features in the shape of a catalog", async () => {
    const validate = await compileValidator(catalogSchema);
    expect(validate({ ...catalog, assets: inFlight })).toEqual([]);
  });

  test("offers the features of virt-platform-autopilot, and what it left for later or dropped", () => {
    expect(catalog.features.map(({ name }) => name).toSorted()).toEqual([
      "CPU Manager",
      "Fence Agents",
      "In-Flight Operations",
      "KSM zero pages",
      "KubeVirt Metrics Exporter",
      "Kubelet Performance",
      "Load-Aware Descheduler",
      "Logging",
      "MTV",
      "MetalLB",
      "NHC with FAR and SBR",
      "NHC with SNR",
      "NUMA Topology",
      "Node Maintenance",
      "Observability",
      "PCI Passthrough",
      "SWAP",
      "THP Tuning",
      "Troubleshooting Panel",
      "USB Passthrough",
      "VFIO Device Assignment",
      "VM drain inhibitor",
    ]);
  });
});
