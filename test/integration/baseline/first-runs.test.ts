import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, assetsWith, BaselineBench, descheduler, eventsIn } from "./support/baseline-bench.ts";

const minute = 60_000;
const managed = "platform.kubevirt.io/managed-by=virt-platform-autopilot";
const alwaysWanted = [
  "hco-golden-config",
  "swap-enable",
  "psi-enable",
  "descheduler-loadaware",
  "descheduler-dashboard",
  "autopilot-dashboard",
  "monitoring-ui-plugin",
  "prometheus-alerts",
  "metrics-service",
  "metrics-servicemonitor",
];
const kinds =
  "hyperconvergeds,machineconfigs,kubedeschedulers,persesdashboards,uiplugins,prometheusrules,services,servicemonitors";

describe("a platform that opts in", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-01 gets the assets that are always wanted, each with the managed label, and none that is opted in to",
    async () => {
      bench = await BaselineBench.open();
      const run = await bench.reconcile();
      expect({ exitCode: run.exitCode, tail: run.stderr.slice(-1500) }).toMatchObject({ exitCode: 0 });
      expect(run.summary.outcome).toBe("changed");
      expect(assetsWith(run, "applied")).toEqual(alwaysWanted);
      const labelled = await bench.server.kubectl(["get", kinds, "-A", "-l", managed, "-o", "name"]);
      expect(labelled.trim().split("\n")).toHaveLength(alwaysWanted.length);
      expect(await bench.server.kubectl(["get", "operationrulesets,kubeletconfigs,metallbs", "-A", "-o", "name"])).toBe(
        "",
      );
    },
    2 * minute,
  );

  test(
    "B-12-02 is left as it is by the next run: nothing is written, and nobody warned",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile();
      const before = await bench.server.kubectl(["get", kinds, "-A", "-l", managed, "-o", "json"]);
      const run = await bench.reconcile();
      expect(run.summary).toMatchObject({ outcome: "ok", counts: { applied: 0, unchanged: alwaysWanted.length } });
      expect(run.summary.events.filter(({ type }) => type === "Warning")).toEqual([]);
      expect(await bench.server.kubectl(["get", kinds, "-A", "-l", managed, "-o", "json"])).toBe(before);
    },
    2 * minute,
  );

  test(
    "B-12-04 gets back what somebody changed, and is told what drifted",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile();
      await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, "descheduler-loadaware")).toMatchObject({
        result: "applied",
        diff: [{ path: "/spec/deschedulingIntervalSeconds", live: 300, desired: 60 }],
      });
      const target = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
      expect(eventsIn(run)).toEqual(expect.arrayContaining([`DriftDetected ${target}`, `DriftCorrected ${target}`]));
      expect(await bench.get(descheduler)).toMatchObject({ spec: { deschedulingIntervalSeconds: 60 } });
    },
    2 * minute,
  );
});
