import { afterEach, describe, expect, test } from "@jest/globals";
import { assetsWith, BaselineBench, eventsIn, hyperConverged } from "./support/baseline-bench.ts";

const minute = 60_000;
const managedBy = "platform.kubevirt.io/managed-by";
const everything =
  "machineconfigs,kubedeschedulers,persesdashboards,uiplugins,prometheusrules,servicemonitors,services";

/** What carries the managed label, of all kinds that the baseline has without opting in. */
async function managedObjects(bench: BaselineBench): Promise<readonly string[]> {
  const selector = `${managedBy}=virt-platform-autopilot`;
  const names = await bench.server.kubectl([
    "get",
    `hyperconvergeds,${everything}`,
    "-A",
    "-l",
    selector,
    "-o",
    "name",
  ]);
  return names
    .split("\n")
    .filter((name) => name !== "")
    .map((name) => name.replace(/^([^.]*)\.[^/]*\//, "$1/"))
    .toSorted();
}

async function ownObjects(bench: BaselineBench): Promise<string> {
  return await bench.server.kubectl(["get", "configmaps,leases,events", "-n", "openshift-cnv", "-o", "name"]);
}

describe("a platform that does not opt in", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test.each([["false"], [null], [""]])(
    "B-12-52 is left alone, old objects included, where the annotation is %p",
    async (autopilot) => {
      bench = await BaselineBench.open();
      await bench.annotate(hyperConverged, { autopilot });
      await bench.create({
        apiVersion: "observability.openshift.io/v1alpha1",
        kind: "UIPlugin",
        metadata: { name: "kubevirt-plugin", labels: { [managedBy]: "virt-platform-autopilot" } },
        spec: { type: "TroubleshootingPanel" },
      });
      const before = await bench.get(hyperConverged);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(run.summary).toMatchObject({ outcome: "disabled", assets: [], tombstones: [] });
      expect(await managedObjects(bench)).toEqual(["uiplugin/kubevirt-plugin"]);
      expect(await bench.get(hyperConverged)).toEqual(before);
      expect(await ownObjects(bench)).toBe("");
      // Off is no failure, of which an alert would tell.
      expect(run.metrics).toMatch(/^kubevirt_autopilot_last_success_timestamp_seconds \d/m);
      expect(run.metrics).not.toContain("kind=");
    },
    2 * minute,
  );

  test(
    "B-12-51 has nothing to keep where there is no HyperConverged",
    async () => {
      bench = await BaselineBench.open();
      await bench.delete(hyperConverged);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(run.summary).toMatchObject({ outcome: "hco-not-found", assets: [] });
      expect(await managedObjects(bench)).toEqual([]);
      expect(await ownObjects(bench)).toBe("");
    },
    2 * minute,
  );
});

describe("a platform that opts in to some assets", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-53 gets those alone, and is told of a name that means nothing (D4)",
    async () => {
      bench = await BaselineBench.open({ annotations: { autopilot: "swap-enable,no-such" } });
      const before = await bench.get(hyperConverged);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetsWith(run, "applied")).toEqual(["swap-enable"]);
      expect(await managedObjects(bench)).toEqual(["machineconfig/90-worker-swap-online"]);
      expect(await bench.get(hyperConverged)).toEqual(before);
      expect(eventsIn(run)).toContain("UnknownAllowlistEntry no-such");
      expect(eventsIn(run)).not.toContain("UnknownAllowlistEntry swap-enable");
    },
    2 * minute,
  );

  test(
    "B-12-54 gets what is named so and what is of a group of that name, without the golden configuration",
    async () => {
      bench = await BaselineBench.open({ annotations: { autopilot: "descheduler-loadaware" } });
      const before = await bench.get(hyperConverged);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(await managedObjects(bench)).toEqual([
        "kubedescheduler/cluster",
        "machineconfig/99-openshift-machineconfig-worker-psi-karg",
        "persesdashboard/descheduler-memory-aware-rebalancing",
      ]);
      expect(await bench.get(hyperConverged)).toEqual(before);
    },
    2 * minute,
  );
});
