import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
/** For runs that end with a cluster that never connects. */
const soonGivenUp = { ...patientTuning, clusterWait: 4 };

describe("an interrupted switchover", () => {
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  test(
    "A-52 stopped by SIGTERM in the restore wait exits 143, keeps a valid state, and completes when started again",
    async () => {
      bench = await SwitchoverBench.open({}, patientTuning);
      bench.pair.simulators.secondary.inject({ kind: "velero-down" });
      const child = bench.start();
      const first = ended(child);
      await written(child, '"step":"wait_restore_completion"');
      child.kill("SIGTERM");
      expect((await first).exitCode).toBe(143);
      expect(await bench.state()).toMatchObject({ current_phase: "activation" });

      bench.pair.simulators.secondary.clear();
      const second = await bench.run();

      expect({ exitCode: second.exitCode, tail: second.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
      expect(second.stderr).toContain("resuming in phase activation");
      expect(await bench.state()).toMatchObject({ current_phase: "completed" });
    },
    3 * minute,
  );

  test(
    "A-52 killed by SIGKILL right after the activation it does not activate twice",
    async () => {
      bench = await SwitchoverBench.open({}, patientTuning);
      const child = bench.start();
      const first = ended(child);
      await written(child, '"step":"wait_restore_completion"');
      child.kill("SIGKILL");
      await first;

      const second = await bench.run();

      expect({ exitCode: second.exitCode, tail: second.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
      const state = await bench.state();
      expect(state).toMatchObject({ current_phase: "completed" });
      expect(state).toMatchObject({ config: { archived_restores: [{ name: "restore-acm-passive-sync" }] } });
    },
    3 * minute,
  );

  test(
    "K-23 ended by what nobody foresaw has failed, in state and report, and completes when started again",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { primary } = bench.pair;
      const proxy = await startFaultProxy({ target: primary.url, targetAuthority: primary.caFile });
      try {
        const files = { primary: await proxy.kubeconfig(primary.kubeconfig()) };
        // Only a step asks for these; an object without metadata is none that an API server sends.
        const body = JSON.stringify({ kind: "ScheduleList", metadata: { resourceVersion: "1" }, items: [{}] });
        proxy.add({ when: { verb: "list", resource: "schedules" }, fault: { kind: "answer", status: 200, body } });

        const first = await bench.run([], files);

        expect(first.exitCode).toBe(70);
        expect(first.stderr).toContain("ERROR PHASE-90");
        const state = await bench.state();
        expect(state).toMatchObject({
          current_phase: "failed",
          errors: [{ phase: "primary_preparation", step: "pause_backup_schedule", code: "PHASE-90" }],
        });
        const report = join(bench.stateFolder, "reports", String(state?.["operation_id"]), "report.json");
        expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({ outcome: "failed" });

        proxy.clear();
        const second = await bench.run([], files);
        expect({ exitCode: second.exitCode, tail: second.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
        expect(second.stderr).toContain("resuming primary_preparation; it failed last with: unexpected error");
      } finally {
        await proxy.stop();
      }
    },
    3 * minute,
  );

  test(
    "A-44 / K-33 / K-40 a cluster that never connects ends the run with exit 5, names it, leaves the new hub without a schedule, and resumes",
    async () => {
      bench = await SwitchoverBench.open({}, soonGivenUp);
      bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
      const first = await bench.run();
      expect(first.exitCode).toBe(5);
      expect(first.stderr).toContain("ERROR SW-POST-01");
      expect(first.stderr).toContain("c1 (");
      expect(await bench.pair.seeds.secondary.list("backupSchedules")).toEqual([]);

      bench.pair.simulators.secondary.clear();
      const second = await bench.with(patientTuning).run();

      expect({ exitCode: second.exitCode, tail: second.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
      expect(second.stderr).not.toContain("Pause the backup schedule on the old hub");
      expect(await bench.pair.seeds.secondary.list("backupSchedules")).toHaveLength(1);
    },
    3 * minute,
  );

  test(
    "A-57 resumed with another method it is refused and both values are named",
    async () => {
      bench = await SwitchoverBench.open({}, soonGivenUp);
      bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
      await bench.run();
      await bench.writeState((state) => ({
        ...state,
        parameters: { method: "full", activationMethod: "patch", oldHubAction: "secondary" },
      }));

      const second = await bench.run();

      expect(second.exitCode).toBe(4);
      expect(second.stderr).toContain('the operation began with "full", this run says "passive"');
    },
    3 * minute,
  );

  test(
    "A-55 a state file that is no JSON is refused and copied aside; reset-state starts over",
    async () => {
      bench = await SwitchoverBench.open({}, soonGivenUp);
      bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
      await bench.run();
      const file = (await bench.stateFile()) ?? "";
      await writeFile(file, "{ not json");

      const second = await bench.run();

      expect(second.exitCode).toBe(4);
      expect(second.stderr).toContain("ERROR STATE-05");
      expect(second.stderr).toContain(".corrupt.");
    },
    3 * minute,
  );
});

describe("a switchover that must not start", () => {
  test(
    "A-03 a ClusterDeployment that would be destroyed with its record stops it before anything changes",
    async () => {
      const bench = await SwitchoverBench.open({ clusters: 1, hive: 1 });
      try {
        const deployment = await bench.pair.seeds.primary.find("clusterDeployments", "h1");
        if (deployment === undefined) throw new Error("the fixture has no ClusterDeployment");
        await bench.pair.seeds.primary.patch("clusterDeployments", deployment, { spec: { preserveOnDelete: false } });
        const before = await bench.pair.seeds.primary.snapshot(["managedClusters", "backupSchedules"]);

        const ran = await bench.run(["--force", "true"]);

        expect(ran.exitCode).toBe(3);
        expect(ran.stderr).toContain("h1/h1");
        expect(await bench.pair.seeds.primary.snapshot(["managedClusters", "backupSchedules"])).toEqual(before);
        expect(await bench.state()).toBeUndefined();
      } finally {
        await bench.close();
      }
    },
    2 * minute,
  );

  test(
    "A-16 two kubeconfigs of one hub are refused before anything changes",
    async () => {
      const bench = await SwitchoverBench.open({ clusters: 1 });
      try {
        const ran = await bench.run([], { secondary: bench.pair.primary.kubeconfig() });
        expect(ran.exitCode).toBe(3);
        expect(ran.stderr).toContain("check hub-identity failed: both kubeconfigs lead to the same hub");
        expect(await bench.state()).toBeUndefined();
      } finally {
        await bench.close();
      }
    },
    2 * minute,
  );
});
