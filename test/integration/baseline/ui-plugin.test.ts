import { afterEach, describe, expect, test } from "@jest/globals";
import { valueAt } from "../../../steps/lib/json/json.ts";
import { assetOf, BaselineBench, hyperConverged, monitoringPlugin } from "./support/baseline-bench.ts";
import { baselineManager, ownersAt } from "./support/field-owners.ts";

const minute = 60_000;
const url = { url: "https://hub.example.com" };
const acm = { enabled: true, alertmanager: url, thanosQuerier: url };

describe("the console's monitoring plugin", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-10 loses the part that nobody asks for any more, since the baseline alone owned it",
    async () => {
      bench = await BaselineBench.open({ annotations: { "enable-incident-detection": "true" } });
      await bench.reconcile();
      const before = await bench.get(monitoringPlugin);
      expect(valueAt(before, ["spec", "monitoring", "incidents"])).toEqual({ enabled: true });
      await bench.annotate(hyperConverged, { "enable-incident-detection": null });
      const run = await bench.reconcile();
      expect(assetOf(run, "monitoring-ui-plugin")).toMatchObject({
        result: "applied",
        diff: [{ path: "/spec/monitoring/incidents", live: { enabled: true }, desired: null }],
      });
      expect((await bench.get(monitoringPlugin))["spec"]).toEqual({
        type: "Monitoring",
        monitoring: { perses: { enabled: true } },
      });
    },
    2 * minute,
  );

  test(
    "B-12-11 keeps what the hub's operator applied to it, and the next run finds nothing to do",
    async () => {
      bench = await BaselineBench.open();
      await bench.applyAs("hub-operator", {
        apiVersion: "observability.openshift.io/v1alpha1",
        kind: "UIPlugin",
        metadata: { name: monitoringPlugin.name },
        spec: { type: "Monitoring", monitoring: { acm } },
      });
      const first = await bench.reconcile();
      expect(assetOf(first, "monitoring-ui-plugin").result).toBe("applied");
      const second = await bench.reconcile();
      expect(assetOf(second, "monitoring-ui-plugin").result).toBe("unchanged");
      const live = await bench.get(monitoringPlugin);
      expect(live["spec"]).toEqual({ type: "Monitoring", monitoring: { acm, perses: { enabled: true } } });
      expect(ownersAt(live, ["spec", "monitoring", "acm"])).toEqual(["hub-operator"]);
      expect(ownersAt(live, ["spec", "monitoring", "perses"])).toEqual([baselineManager]);
    },
    2 * minute,
  );
});
