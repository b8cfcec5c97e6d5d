import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, assetsWith, BaselineBench, descheduler, eventsIn, hyperConverged } from "./support/baseline-bench.ts";
import { installCrd, removeCrds } from "./support/crds.ts";
import { metric, samplesOf } from "./support/metric-series.ts";

const minute = 60_000;
const uiPlugins = "uiplugins.observability.openshift.io";
const deschedulers = "kubedeschedulers.operator.openshift.io";
const metalLbs = "metallbs.metallb.io";
const deschedulerNamespace = "openshift-kube-descheduler-operator";

describe("a kind that is not installed", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-46 B-12-47 B26 is told and fails nothing, and its assets are applied as soon as it is there",
    async () => {
      bench = await BaselineBench.open();
      await removeCrds(bench, uiPlugins);
      const without = await bench.reconcile();
      expect(without.exitCode).toBe(0);
      expect(assetOf(without, "monitoring-ui-plugin")).toMatchObject({ result: "not-selected", reason: "crd-missing" });
      expect(eventsIn(without).filter((event) => event.startsWith("CRDMissing"))).toEqual([`CRDMissing ${uiPlugins}`]);
      const missing = { group: "observability.openshift.io", version: "v1alpha1", kind: "UIPlugin" };
      expect(metric(without, "missing_dependency", missing)).toBe(1);

      await installCrd(bench, uiPlugins);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      const discovered = run.summary.events.filter(({ reason }) => reason === "CRDDiscovered");
      expect(discovered).toEqual([
        expect.objectContaining({ target: uiPlugins, note: expect.stringContaining("monitoring-ui-plugin") }),
      ]);
      expect(assetOf(run, "monitoring-ui-plugin").result).toBe("applied");
      expect(await bench.find({ resource: uiPlugins, name: "monitoring" })).toBeDefined();
      expect(metric(run, "missing_dependency", missing)).toBe(0);
      const later = await bench.reconcile();
      expect(eventsIn(later)).not.toContain(`CRDDiscovered ${uiPlugins}`);
    },
    2 * minute,
  );

  test(
    "B-12-48 takes with it what is of no use without it, though its own kind is there",
    async () => {
      bench = await BaselineBench.open();
      await removeCrds(bench, deschedulers);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, "psi-enable")).toMatchObject({
        result: "not-selected",
        reason: "gate-crd-missing",
        details: `${deschedulers} is not installed`,
      });
      expect(assetOf(run, "descheduler-loadaware").reason).toBe("crd-missing");
      const machineConfigs = await bench.server.kubectl(["get", "machineconfigs", "-o", "name"]);
      expect(machineConfigs.trim().split("\n")).toEqual([expect.stringContaining("/90-worker-swap-online")]);
    },
    2 * minute,
  );

  test(
    "B-12-49 is told of to nobody while no feature asks for it (D15)",
    async () => {
      bench = await BaselineBench.open();
      await removeCrds(bench, metalLbs);
      const run = await bench.reconcile();
      expect(assetOf(run, "metallb-operator").reason).toBe("conditions-not-met");
      expect(eventsIn(run).filter((event) => event.startsWith("CRDMissing"))).toEqual([]);
      const kinds = samplesOf(run).filter(({ name }) => name === "kubevirt_autopilot_missing_dependency");
      expect(kinds.map(({ labels }) => labels["kind"])).toContain("UIPlugin");
      expect(kinds.map(({ labels }) => labels["kind"])).not.toContain("MetalLB");
    },
    2 * minute,
  );

  test(
    "B-12-50 is a missing precondition where it is HyperConverged: nothing is written",
    async () => {
      bench = await BaselineBench.open();
      await removeCrds(bench, hyperConverged.resource);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(5);
      expect(run.summary.outcome).toBe("precondition-missing");
      expect(run.summary.assets).toEqual([]);
      expect(
        await bench.server.kubectl(["get", "machineconfigs,configmaps,leases", "-n", "openshift-cnv", "-o", "name"]),
      ).toBe("");
    },
    2 * minute,
  );
});

describe("a namespace that takes no objects", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  async function missesItsNamespace(runs: number): Promise<void> {
    for (let number = 1; number <= runs; number += 1) {
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, "descheduler-loadaware").result).toBe("namespace-missing");
      expect(eventsIn(run).filter((event) => event.includes("KubeDescheduler"))).toEqual([]);
      expect(metric(run, "compliance_status", { kind: "KubeDescheduler" })).toBeUndefined();
      expect(assetsWith(run, "failed")).toEqual([]);
    }
    const { buckets } = await bench.storedState();
    expect(Object.keys(buckets).filter((key) => key.startsWith("KubeDescheduler/"))).toEqual([]);
  }

  test(
    "B-12-44 costs its asset nothing where it is absent, in twelve runs, until it is there",
    async () => {
      bench = await BaselineBench.open();
      await bench.server.kubectl(["delete", "namespace", deschedulerNamespace, "--wait=false"]);
      // What the namespace controller does when it has emptied a namespace.
      const finalized = { apiVersion: "v1", kind: "Namespace", metadata: { name: deschedulerNamespace }, spec: {} };
      const path = `/api/v1/namespaces/${deschedulerNamespace}/finalize`;
      await bench.server.kubectl(["replace", "--raw", path, "-f", "-"], JSON.stringify(finalized));
      await missesItsNamespace(12);
      await bench.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: deschedulerNamespace } });
      expect(assetOf(await bench.reconcile(), "descheduler-loadaware").result).toBe("applied");
      expect(await bench.find(descheduler)).toBeDefined();
    },
    3 * minute,
  );

  test(
    "B-12-45 costs its asset nothing where it is being deleted (D10)",
    async () => {
      bench = await BaselineBench.open();
      await bench.server.kubectl(["delete", "namespace", deschedulerNamespace, "--wait=false"]);
      await missesItsNamespace(2);
    },
    2 * minute,
  );
});
