import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { KindName } from "../../sim/kinds.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { endOf, succeed } from "./support/activations.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const minute = 60_000;

describe("a switchover with old-hub-action none", () => {
  let bench: SwitchoverBench;
  let run: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
    run = await bench.run(["--old-hub-action", "none"]);
  }, 300_000);

  afterAll(() => bench.close());

  test("4.6 completes, says that the old hub is left alone, and skips the look at it", async () => {
    expect({ exitCode: run.exitCode, tail: run.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
    expect(run.stderr).toContain("left as it is: old-hub-action is none");
    const state = await bench.state();
    expect(state).toMatchObject({ current_phase: "completed", parameters: { oldHubAction: "none" } });
    const steps = state?.["completed_steps"] as readonly { readonly name: string }[];
    const names = steps.map((step) => step.name);
    expect(names).toContain("handle_old_hub");
    expect(names).not.toContain("verify_old_hub_state");
  });

  test("4.6 makes no Restore on the old hub and leaves its schedule paused", async () => {
    expect(await bench.pair.seeds.primary.list("restores")).toEqual([]);
    const schedule = await bench.pair.seeds.primary.find("backupSchedules", "acm-hub-backup");
    expect(schedule).toMatchObject({ spec: { paused: true } });
  });

  test("4.6 started again with another action is refused and names both", async () => {
    // A completed state is looked at for what must not change before it is taken for done.
    const again = await bench.run(["--old-hub-action", "secondary"]);
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain('the operation began with "none", this run says "secondary"');
  });
});

describe("a switchover with old-hub-action decommission", () => {
  const heldBy = "test.example.com/hold";
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  const removing = () => ["--old-hub-action", "decommission", "--confirm-decommission", bench.pair.ids.primary];
  const names = async (kind: KindName) =>
    (await bench.pair.seeds.primary.list(kind)).map(({ metadata }) => metadata.name);

  test(
    "lists in a dry run what would go, removes ACM from the old hub in the end, and leaves the new one with the fleet",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.16.0" }, patientTuning);
      const { seeds, ids } = bench.pair;
      const dry = await bench.run([...removing(), "--dry-run", "true"]);
      succeed(dry);
      for (const planned of ["delete ManagedCluster c1", "delete MultiClusterHub multiclusterhub"]) {
        expect(dry.stdout).toContain(`[DRY-RUN] finalization handle_old_hub: delete`);
        expect(dry.stdout).toContain(planned);
      }
      expect(await names("multiClusterHubs")).toEqual(["multiclusterhub"]);

      succeed(await bench.run(removing()));

      expect(await names("managedClusters")).toEqual(["local-cluster"]);
      expect(await names("backupSchedules")).toEqual([]);
      expect(await names("restores")).toEqual([]);
      expect(await names("multiClusterHubs")).toEqual([]);
      const moved = (await seeds.secondary.list("managedClusters")).filter(isAvailable);
      expect(moved.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(["c1", "c2", "h1"]));
      expect(await seeds.secondary.find("backupSchedules", "acm-hub-backup")).toMatchObject({
        status: { phase: "Enabled" },
      });
      expect(await bench.state()).toMatchObject({
        current_phase: "completed",
        config: { old_hub_removal: "begun" },
        hubs: { primary: { id: ids.primary } },
      });
    },
    4 * minute,
  );

  test(
    "is refused with exit 4 before anything is changed where another hub is confirmed",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 });
      const wrong = ["--old-hub-action", "decommission", "--confirm-decommission", bench.pair.ids.secondary];
      const ran = await bench.run(wrong);
      expect(endOf(ran, 4)).toBe("exit 4");
      expect(ran.stderr).toContain("ERROR SW-DEC-02");
      expect(await bench.state()).toBeUndefined();
      const schedule = await bench.pair.seeds.primary.find("backupSchedules", "acm-hub-backup");
      expect(schedule?.spec).not.toHaveProperty("paused");
    },
    2 * minute,
  );

  test(
    "fails the finalization where a cluster does not go, with ACM still there; a resume removes the rest, also without the namespace of its lease",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.16.0" }, { ...patientTuning, mcDelete: 3 });
      const { seeds, primary } = bench.pair;
      const hold = async (finalizers: readonly string[]): Promise<void> => {
        const cluster = await seeds.primary.find("managedClusters", "c1");
        if (cluster === undefined) throw new Error("the old hub has no cluster c1");
        await seeds.primary.patch("managedClusters", cluster, { metadata: { finalizers } });
      };
      await bench.tasksUntil("finalize", removing());
      await hold([heldBy]);

      const first = await bench.task("finalize", removing());

      expect(endOf(first, 5)).toBe("exit 5");
      expect(first.stderr).toContain("ERROR SW-DEC-11");
      expect(await names("multiClusterHubs")).toEqual(["multiclusterhub"]);
      expect(await bench.state()).toMatchObject({ current_phase: "failed", errors: [{ phase: "finalization" }] });

      await hold([]);
      await primary.kubectl(["delete", "namespace", backupNamespace, "--wait=false"]);
      succeed(await bench.with(patientTuning).run(removing()));
      expect(await names("managedClusters")).toEqual(["local-cluster"]);
      expect(await names("multiClusterHubs")).toEqual([]);
    },
    4 * minute,
  );
});
