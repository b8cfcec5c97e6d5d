import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BaselineBench, hyperConverged, swapConfig } from "./support/baseline-bench.ts";

const minute = 60_000;
const pools = "machineconfigpools.machineconfiguration.openshift.io";
const role = "machineconfiguration.openshift.io/role";

/** As the machine config operator keeps it, with so many nodes. */
async function createPool(bench: BaselineBench, name: string, nodes: number): Promise<void> {
  await bench.create({
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfigPool",
    metadata: { name, labels: { [`pools.operator.machineconfiguration.openshift.io/${name}`]: "" } },
    spec: { machineConfigSelector: { matchLabels: { [role]: name } } },
  });
  await bench.patchStatus({ resource: pools, name }, { machineCount: nodes });
}

// One platform, from its first dry run on.
describe("the nodes of a platform", () => {
  let bench: BaselineBench;

  beforeAll(async () => {
    bench = await BaselineBench.open();
    await createPool(bench, "worker", 3);
    await createPool(bench, "master", 3);
  }, 2 * minute);
  afterAll(() => bench.close());

  const worker = { pool: "worker", nodes: 3, nodesAtOnce: 1, rounds: 3, isPaused: false };

  test(
    "reboot pool by pool as a dry run foretells it, and the run then tells",
    async () => {
      const causes = [
        "MachineConfig/90-worker-swap-online",
        "MachineConfig/99-openshift-machineconfig-worker-psi-karg",
      ];
      const planned = await bench.reconcile("--dry-run");
      expect(planned.summary.rollouts).toEqual([{ ...worker, causes }]);
      const run = await bench.reconcile();
      expect(run.summary.rollouts).toEqual([{ ...worker, causes }]);
    },
    2 * minute,
  );

  test(
    "are left in peace by a run that has nothing to correct there",
    async () => {
      expect((await bench.reconcile()).summary.rollouts).toEqual([]);
      await bench.mergePatch(swapConfig, { metadata: { labels: { "platform.kubevirt.io/managed-by": null } } });
      const run = await bench.reconcile();
      expect(run.summary.counts.applied).toBe(1);
      expect(run.summary.rollouts).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B12 are warned of when two KubeletConfigs name the same pool, of which one is without effect",
    async () => {
      await bench.create({
        apiVersion: "machineconfiguration.openshift.io/v1",
        kind: "KubeletConfig",
        metadata: { name: "mine" },
        spec: {
          machineConfigPoolSelector: { matchLabels: { "pools.operator.machineconfiguration.openshift.io/worker": "" } },
          kubeletConfig: { maxPods: 250 },
        },
      });
      await bench.annotate(hyperConverged, { "enable-kubelet-performance-settings": "true" });
      const planned = await bench.reconcile("--dry-run");
      const overlap = expect.stringMatching(
        /^kubelet-config-overlap: KubeletConfigs mine, virt-perf-settings .*pool worker/,
      );
      expect(planned.summary.advice).toContainEqual(overlap);
      expect(planned.summary.rollouts).toEqual([{ ...worker, causes: ["KubeletConfig/virt-perf-settings"] }]);
      expect((await bench.reconcile()).summary.advice).toContainEqual(overlap);
      expect((await bench.reconcile()).summary.advice).toContainEqual(overlap);
    },
    2 * minute,
  );
});
