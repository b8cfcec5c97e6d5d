import { afterEach, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import {
  assetOf,
  BaselineBench,
  type BaselineRun,
  descheduler,
  hyperConverged,
  type Named,
} from "./support/baseline-bench.ts";
import type { DeschedulerRelease } from "./support/baseline-cluster.ts";

const minute = 60_000;
const machineConfigs = "machineconfigs.machineconfiguration.openshift.io";
const passthrough: Named = { resource: machineConfigs, name: "50-virt-pci-passthrough" };
const psiOnMasters: Named = { resource: machineConfigs, name: "99-openshift-machineconfig-master-psi-karg" };

describe("what the cluster is made of decides what is applied", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  async function addNode(name: string, labels: JsonObject, capacity: JsonObject): Promise<void> {
    await bench.create({ apiVersion: "v1", kind: "Node", metadata: { name, labels }, status: { capacity } });
  }

  test(
    "B-12-67 PCI passthrough waits for a node with a PCI device; what KubeVirt offers on each node is none (D12, B1)",
    async () => {
      const annotations = { openshift: "true", "enable-pci-passthrough": "true" };
      bench = await BaselineBench.open({ annotations });
      const unmet = {
        result: "not-selected",
        reason: "conditions-not-met",
        details: expect.stringContaining("hardware:pciDevicesPresent"),
      };
      expect(assetOf(await bench.reconcile(), "pci-passthrough")).toMatchObject(unmet);

      await addNode("plain", {}, { cpu: "8", "devices.kubevirt.io/kvm": "110" });
      expect(assetOf(await bench.reconcile(), "pci-passthrough")).toMatchObject(unmet);
      expect(await bench.find(passthrough)).toBeUndefined();

      await addNode("gpu", { "feature.node.kubernetes.io/pci-10de.present": "true" }, { cpu: "8" });
      expect(assetOf(await bench.reconcile(), "pci-passthrough").result).toBe("applied");
      expect(await bench.get(passthrough)).toMatchObject({
        spec: { kernelArguments: ["intel_iommu=on", "iommu=pt"] },
      });
    },
    2 * minute,
  );

  test(
    "B-12-68 masters are set up while they take workloads, and left as they are when they do not any more",
    async () => {
      bench = await BaselineBench.open();
      const scheduler: Named = { resource: "schedulers.config.openshift.io", name: "cluster" };
      const spec = { mastersSchedulable: true };
      await bench.create({
        apiVersion: "config.openshift.io/v1",
        kind: "Scheduler",
        metadata: { name: "cluster" },
        spec,
      });
      expect(assetOf(await bench.reconcile(), "psi-enable-master").result).toBe("applied");
      const applied = await bench.get(psiOnMasters);
      expect(applied).toMatchObject({ spec: { kernelArguments: ["psi=1"] } });

      await bench.mergePatch(scheduler, { spec: { mastersSchedulable: false } });
      expect(assetOf(await bench.reconcile(), "psi-enable-master")).toMatchObject({
        result: "not-selected",
        reason: "conditions-not-met",
      });
      expect(await bench.get(psiOnMasters)).toEqual(applied);
    },
    2 * minute,
  );

  test(
    "B-12-69 zero pages are merged by our means only while the HyperConverged does not configure KSM itself",
    async () => {
      const selector = { nodeLabelSelector: { matchLabels: { ksm: "yes" } } };
      bench = await BaselineBench.open({
        annotations: { "enable-ksm-zero-only": "true" },
        spec: { virtualization: { ksmConfiguration: selector } },
      });
      const results = (run: BaselineRun) =>
        ["ksm-zero-only", "ksm-cluster-monitoring"].map((asset) => assetOf(run, asset).result);
      expect(results(await bench.reconcile())).toEqual(["not-selected", "not-selected"]);

      await bench.mergePatch(hyperConverged, {
        spec: { virtualization: { ksmConfiguration: { nodeLabelSelector: null } } },
      });
      expect(await bench.get(hyperConverged)).toMatchObject({ spec: { virtualization: { ksmConfiguration: {} } } });
      expect(results(await bench.reconcile())).toEqual(["applied", "applied"]);
    },
    2 * minute,
  );

  test.each<[DeschedulerRelease, JsonObject]>([
    [
      "4.17",
      {
        profiles: ["LongLifecycle"],
        profileCustomizations: { devEnableEvictionsInBackground: true },
        evictionLimits: { total: 5 },
      },
    ],
    ["4.19", { profiles: ["DevKubeVirtRelieveAndMigrate"], evictionLimits: { total: 5 } }],
    ["4.21", { profiles: ["KubeVirtRelieveAndMigrate"], evictionLimits: { total: 5, node: 2 } }],
  ])(
    "B-12-70 the descheduler of %s gets what its CRD knows, and no more (D22)",
    async (release, expected) => {
      bench = await BaselineBench.open({ descheduler: release });
      const run = await bench.reconcile("--assets", "descheduler-loadaware");
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, "descheduler-loadaware").result).toBe("applied");
      const found = (await bench.get(descheduler))["spec"] as JsonObject; // its CRD says so
      const { profiles, profileCustomizations, evictionLimits } = found;
      expect({
        profiles,
        evictionLimits,
        ...(profileCustomizations === undefined ? {} : { profileCustomizations }),
      }).toEqual(expected);
    },
    2 * minute,
  );
});
