import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, assetsWith, BaselineBench, eventsIn, hyperConverged } from "./support/baseline-bench.ts";
import { metric } from "./support/metric-series.ts";
import { refuse } from "./support/refusals.ts";

const minute = 60_000;

function example(apiVersion: string, kind: string, metadata: object, spec: object): string {
  return JSON.stringify({ apiVersion, kind, metadata, spec });
}

const plugin = example(
  "observability.openshift.io/v1alpha1",
  "UIPlugin",
  { name: "dashboards" },
  { type: "TroubleshootingPanel" },
);
const rule = example(
  "monitoring.coreos.com/v1",
  "PrometheusRule",
  { name: "example", namespace: "default" },
  { groups: [] },
);
const hco = example(
  "hco.kubevirt.io/v1",
  "HyperConverged",
  { name: hyperConverged.name, namespace: "openshift-cnv", annotations: { changed: "true" } },
  {},
);

describe("assets that the server refuses", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-65 are told together, in the order in which they were tried, and hold up no other",
    async () => {
      bench = await BaselineBench.open();
      const group = "observability.openshift.io";
      await refuse(bench, {
        ...{ group, resource: "uiplugins", operations: ["CREATE", "UPDATE"] },
        ...{ message: "no plugins today", example: plugin },
      });
      await refuse(bench, {
        ...{ group: "monitoring.coreos.com", resource: "prometheusrules", operations: ["CREATE", "UPDATE"] },
        ...{ message: "no rules today", example: rule },
      });
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(3);
      expect(assetsWith(run, "failed")).toEqual(["monitoring-ui-plugin", "prometheus-alerts"]);
      expect(run.summary.message).toMatch(
        /^failed to reconcile 2\/10 assets: \[monitoring-ui-plugin: .*no plugins today.*\]; \[prometheus-alerts: .*no rules today.*\]$/,
      );
      expect(assetsWith(run, "applied")).toHaveLength(8);
      expect(assetOf(run, "metrics-servicemonitor").result).toBe("applied");
      expect(eventsIn(run)).toContain("ApplyFailed UIPlugin/monitoring");
      expect(metric(run, "compliance_status", { kind: "UIPlugin", name: "monitoring" })).toBe(0);
      expect(metric(run, "last_run_failed_assets", {})).toBe(2);
    },
    2 * minute,
  );

  test(
    "B-12-66 end the run where it is the HyperConverged: all others depend on it",
    async () => {
      bench = await BaselineBench.open();
      await refuse(bench, {
        ...{ group: "hco.kubevirt.io", resource: "hyperconvergeds", operations: ["UPDATE"] },
        ...{ message: "not now", example: hco },
      });
      const before = await bench.get(hyperConverged);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(3);
      expect(run.summary.message).toContain("not now");
      expect(run.summary.assets.map(({ asset, result }) => [asset, result])).toEqual([["hco-golden-config", "failed"]]);
      expect(await bench.get(hyperConverged)).toEqual(before);
      expect(await bench.server.kubectl(["get", "machineconfigs,kubedeschedulers,uiplugins", "-A", "-o", "name"])).toBe(
        "",
      );
    },
    2 * minute,
  );
});
