import { afterEach, describe, expect, test } from "@jest/globals";
import { BaselineBench, descheduler } from "./support/baseline-bench.ts";
import { samplesOf } from "./support/metric-series.ts";

const minute = 60_000;
const prefix = "kubevirt_autopilot_";
const object = ["kind", "name", "namespace"];

/** Labels of each metric; series of a histogram have `le` as well. */
const labelNames: Readonly<Record<string, readonly string[]>> = {
  compliance_status: object,
  thrashing_total: object,
  paused_resources: object,
  customization_info: [...object, "type"],
  missing_dependency: ["group", "kind", "version"],
  reconcile_duration_seconds_bucket: [...object, "le"].toSorted(),
  reconcile_duration_seconds_sum: object,
  reconcile_duration_seconds_count: object,
  tombstone_status: object,
  last_run_timestamp_seconds: [],
  last_success_timestamp_seconds: [],
  last_run_failed_assets: [],
  last_run_duration_seconds: [],
  info: ["version"],
};

describe("the metrics of a run", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-82 are Prometheus text with its heads, and speak of no asset that is not for this platform",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile();
      await bench.annotate(descheduler, { "ignore-fields": "/spec/deschedulingIntervalSeconds" });
      const run = await bench.reconcile();
      const samples = samplesOf(run);
      const found = Map.groupBy(samples, ({ name }) => name.slice(prefix.length));
      expect([...found.keys()].toSorted()).toEqual(Object.keys(labelNames).toSorted());
      expect(samples.every(({ name, value }) => name.startsWith(prefix) && Number.isFinite(value))).toBe(true);
      for (const [name, series] of found) {
        for (const { labels } of series) {
          expect({ name, labels: Object.keys(labels).toSorted() }).toEqual({ name, labels: labelNames[name] });
        }
        const family = name.replace(/_(bucket|sum|count)$/, "");
        expect(run.metrics).toMatch(new RegExp(`^# HELP ${prefix}${family} \\S`, "m"));
        expect(run.metrics).toMatch(new RegExp(`^# TYPE ${prefix}${family} (gauge|counter|histogram)$`, "m"));
      }
      const series = samples.map(({ name, labels }) => JSON.stringify([name, labels]));
      expect(new Set(series).size).toBe(series.length);
      const kinds = (found.get("compliance_status") ?? []).map(({ labels }) => labels["kind"]);
      expect([...new Set(kinds)].toSorted()).toEqual([
        "HyperConverged",
        "KubeDescheduler",
        "MachineConfig",
        "PersesDashboard",
        "PrometheusRule",
        "Service",
        "ServiceMonitor",
        "UIPlugin",
      ]);
      expect(run.metrics).not.toMatch(/MetalLB|ForkliftController|OperationRuleSet|KubeletConfig/);
    },
    2 * minute,
  );
});
