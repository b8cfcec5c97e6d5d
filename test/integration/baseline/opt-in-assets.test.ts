import { afterEach, describe, expect, test } from "@jest/globals";
import { valueAt } from "../../../steps/lib/json/json.ts";
import { assetOf, assetsWith, BaselineBench, hyperConverged, type Named } from "./support/baseline-bench.ts";

const minute = 60_000;
const image = "quay.io/example/exporter@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const exporter = "kubevirt-metrics-exporter";
const monitoring: Named = {
  resource: "configmaps",
  name: "cluster-monitoring-config",
  namespace: "openshift-monitoring",
};

describe("settings that belong to the administrators of the cluster", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  const key = "config.yaml";
  const theirs =
    "# Kept for a year.\nprometheusK8s:\n    retention: 365d   # the auditors want it\nenableUserWorkload: true\n";

  async function open(text: string): Promise<void> {
    bench = await BaselineBench.open({ annotations: { "enable-ksm-zero-only": "true" } });
    const { name, namespace } = monitoring;
    await bench.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: namespace ?? "" },
      data: { [key]: text },
    });
  }

  async function text(): Promise<unknown> {
    return valueAt(await bench.get(monitoring), ["data", key]);
  }

  test(
    "B-12-72 get one more, and keep all others and their comments (D18)",
    async () => {
      await open(theirs);
      expect(assetOf(await bench.reconcile(), "ksm-cluster-monitoring").result).toBe("applied");
      const merged = await text();
      expect(merged).toContain("# Kept for a year.\n");
      expect(merged).toContain("retention: 365d # the auditors want it\n");
      expect(merged).toContain("enableUserWorkload: true\n");
      expect(merged).toContain("nodeExporter:\n  collectors:\n    ksmd:\n      enabled: true\n");
      const second = await bench.reconcile();
      expect(assetOf(second, "ksm-cluster-monitoring").result).toBe("unchanged");
      expect(await text()).toBe(merged);
    },
    2 * minute,
  );

  test(
    "B-12-72 stay as they are where the one that is wanted is among them already, whatever their form (D18)",
    async () => {
      const already = "nodeExporter: { collectors: { ksmd: { enabled:   true } } }   # since spring\n";
      await open(already);
      expect((await bench.reconcile()).exitCode).toBe(0);
      expect(await text()).toBe(already);
    },
    2 * minute,
  );

  test(
    "B-12-72 are not touched where they cannot be read (D18)",
    async () => {
      const broken = "prometheusK8s: [retention\n";
      await open(broken);
      const before = await bench.get(monitoring);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(3);
      expect(assetsWith(run, "failed")).toEqual(["ksm-cluster-monitoring"]);
      expect(assetOf(run, "ksm-cluster-monitoring").error).toContain("cannot be merged with, and is left as it is");
      expect(await bench.get(monitoring)).toEqual(before);
    },
    2 * minute,
  );
});

describe("what a platform opts in to", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-73 the metrics exporter comes with its image, and with the settings that its user gives",
    async () => {
      bench = await BaselineBench.open({
        annotations: {
          "enable-kubevirt-metrics-exporter": "true",
          "kubevirt-metrics-exporter-env": JSON.stringify({ LOG_LEVEL: "debug" }),
        },
      });
      const without = await bench.reconcile();
      expect(assetsWith(without, "applied").filter((asset) => asset.startsWith(exporter))).toEqual([]);
      expect(await bench.find({ resource: "namespaces", name: exporter })).toBeUndefined();

      const run = await bench.reconcile("--related-images", `KUBEVIRT_METRICS_EXPORTER=${image}`);
      expect(run.exitCode).toBe(0);
      expect(assetsWith(run, "applied")).toHaveLength(12);
      expect(assetsWith(run, "applied").every((asset) => asset.startsWith(exporter))).toBe(true);
      const daemonSet = await bench.get({ resource: "daemonsets.apps", name: exporter, namespace: exporter });
      const env = expect.arrayContaining([
        { name: "LOG_LEVEL", value: "debug" },
        { name: "ENABLE_EBPF_NFS_KPROBE", value: "false" },
        { name: "QMP_POLL_INTERVAL", value: "1m" },
      ]);
      expect(daemonSet).toMatchObject({ spec: { template: { spec: { containers: [{ image, env }] } } } });

      const again = await bench.reconcile("--related-images", `KUBEVIRT_METRICS_EXPORTER=${image}`);
      expect(again.summary).toMatchObject({ outcome: "ok", counts: { applied: 0, failed: 0 } });
    },
    2 * minute,
  );

  test(
    "B-12-73 settings that are no JSON fail the exporter alone",
    async () => {
      bench = await BaselineBench.open({ annotations: { "enable-kubevirt-metrics-exporter": "true" } });
      await bench.annotate(hyperConverged, { "kubevirt-metrics-exporter-env": "{LOG_LEVEL: debug" });
      const run = await bench.reconcile("--related-images", `KUBEVIRT_METRICS_EXPORTER=${image}`);
      expect(run.exitCode).toBe(3);
      expect(assetsWith(run, "failed")).toEqual([exporter]);
      expect(assetOf(run, exporter).error).toContain("platform.kubevirt.io/kubevirt-metrics-exporter-env");
    },
    2 * minute,
  );

  test(
    "B-12-74 the migration toolkit gets its switches as texts",
    async () => {
      bench = await BaselineBench.open({ annotations: { "enable-mtv": "true" } });
      const run = await bench.reconcile();
      expect(assetOf(run, "mtv-operator").result).toBe("applied");
      const found = await bench.get({
        resource: "forkliftcontrollers.forklift.konveyor.io",
        name: "forklift-controller",
        namespace: "openshift-mtv",
      });
      expect(found).toMatchObject({
        spec: { feature_ui_plugin: "true", feature_validation: "true", feature_volume_populator: "true" },
      });
    },
    2 * minute,
  );
});
