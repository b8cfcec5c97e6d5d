import { afterEach, describe, expect, test } from "@jest/globals";
import {
  assetOf,
  assetsWith,
  BaselineBench,
  descheduler,
  eventsIn,
  hyperConverged,
  swapConfig,
} from "./support/baseline-bench.ts";
import { metric } from "./support/metric-series.ts";

const minute = 60_000;
const machineConfigs = "- kind: MachineConfig\n  name: 90-*\n";

function excluding(rules: string): Promise<BaselineBench> {
  return BaselineBench.open({ annotations: { "disabled-resources": rules } });
}

describe("what the owner of a platform takes out of the baseline", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-55 is not created, and the report says so",
    async () => {
      bench = await excluding(machineConfigs);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, "swap-enable").result).toBe("excluded");
      expect(assetOf(run, "psi-enable").result).toBe("applied");
      expect(await bench.find(swapConfig)).toBeUndefined();
    },
    2 * minute,
  );

  test(
    "B-12-56 keeps its drift where it exists, and is not deleted",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile();
      await bench.mergePatch(swapConfig, { spec: { kernelArguments: ["quiet"] } });
      await bench.mergePatch(swapConfig, {
        metadata: { labels: { "machineconfiguration.openshift.io/role": "infra" } },
      });
      await bench.annotate(hyperConverged, { "disabled-resources": machineConfigs });
      const before = await bench.get(swapConfig);
      const run = await bench.reconcile();
      expect(assetOf(run, "swap-enable").result).toBe("excluded");
      expect(await bench.get(swapConfig)).toEqual(before);
      const labels = { kind: "MachineConfig", name: "90-worker-swap-online" };
      expect(metric(run, "compliance_status", labels)).toBeUndefined();
      expect(metric(run, "paused_resources", labels)).toBe(0);

      await bench.annotate(hyperConverged, { "disabled-resources": null });
      expect(assetOf(await bench.reconcile(), "swap-enable")).toMatchObject({
        result: "applied",
        driftPaths: ["/metadata/labels/machineconfiguration.openshift.io~1role"],
      });
    },
    2 * minute,
  );

  test(
    "B-12-57 must be written as the kind is: another case has no effect",
    async () => {
      bench = await excluding("- kind: machineconfig\n  name: '*'\n");
      const run = await bench.reconcile();
      expect(assetsWith(run, "excluded")).toEqual([]);
      expect(await bench.find(swapConfig)).toBeDefined();
    },
    2 * minute,
  );

  test(
    "B-12-58 may be named by patterns, its namespace as well",
    async () => {
      bench = await excluding("- kind: KubeDescheduler\n  name: clus?er\n  namespace: openshift-kube-*\n");
      const run = await bench.reconcile();
      expect(assetsWith(run, "excluded")).toEqual(["descheduler-loadaware"]);
      expect(await bench.find(descheduler)).toBeUndefined();
    },
    2 * minute,
  );

  test(
    "B-12-59 is of the cluster: no namespace that is named fits it, and any does",
    async () => {
      const rules = (namespace: string) => `- {kind: MachineConfig, name: "*", namespace: "${namespace}"}`;
      bench = await excluding(rules("prod"));
      expect(assetsWith(await bench.reconcile(), "excluded")).toEqual([]);
      await bench.annotate(hyperConverged, { "disabled-resources": rules("*") });
      expect(assetsWith(await bench.reconcile(), "excluded")).toEqual(["swap-enable", "psi-enable"]);
    },
    2 * minute,
  );
});

describe("rules that cannot be read", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test.each([["KubeDescheduler/cluster"], ["- kind: [KubeDescheduler"]])(
    "B-12-60 take nothing out, and are told (D30, B21): %p",
    async (rules) => {
      bench = await excluding(rules);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(eventsIn(run)).toContain("InvalidDisabledResources HyperConverged/openshift-cnv/kubevirt-hyperconverged");
      expect(await bench.find(descheduler)).toBeDefined();
    },
    2 * minute,
  );

  test(
    "B-12-60 stop a run that was told to stop for them, before it writes anything (D30)",
    async () => {
      bench = await excluding("KubeDescheduler/cluster");
      const before = await bench.get(hyperConverged);
      const run = await bench.reconcile("--exclusion-on-error", "stop");
      expect(run.exitCode).toBe(2);
      expect(run.summary.message).toContain("platform.kubevirt.io/disabled-resources cannot be read");
      expect(run.stderr).toContain("BASE-RUN-04");
      expect(run.stderr).toContain("correct platform.kubevirt.io/disabled-resources on the HyperConverged");
      const events = await bench.server.kubectl(["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "name"]);
      expect(events).toContain("invaliddisabledresources");
      expect(await bench.get(hyperConverged)).toEqual(before);
      expect(await bench.find(descheduler)).toBeUndefined();
      expect(await bench.server.kubectl(["get", "configmaps,leases", "-n", "openshift-cnv", "-o", "name"])).toBe("");
    },
    2 * minute,
  );
});
