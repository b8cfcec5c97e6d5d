import { afterEach, describe, expect, test } from "@jest/globals";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const scheduleDefinition = "backupschedules.cluster.open-cluster-management.io";
const disable = "import.open-cluster-management.io/disable-auto-import";
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: stderr.slice(-1500) });

describe("the preparation of the old hub", () => {
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  const schedulePatches = async (): Promise<number> => {
    const events = await bench.pair.primary.auditEvents();
    return events.filter(
      ({ verb, objectRef }) =>
        verb === "patch" && objectRef?.resource === "backupschedules" && objectRef.subresource === undefined,
    ).length;
  };

  test(
    "A-25 where ACM cannot pause, the schedule is saved and deleted with its Velero Schedules, and never patched",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.11.5" }, patientTuning);
      const ran = await bench.task("primary-prep");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.pair.seeds.primary.list("backupSchedules")).toEqual([]);
      expect(await bench.pair.seeds.primary.list("veleroSchedules")).toEqual([]);
      expect(await bench.state()).toMatchObject({
        config: { saved_backup_schedules: [{ metadata: { name: "acm-hub-backup" } }] },
      });
      expect(await schedulePatches()).toBe(0);
    },
    2 * minute,
  );

  test(
    "where the API drops spec.paused and nobody may read its definition, the schedule is deleted after all",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.14.1" }, patientTuning);
      const { primary } = bench.pair;
      const paused = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/paused";
      const without = JSON.stringify([{ op: "remove", path: paused }]);
      await primary.kubectl(["patch", "crd", scheduleDefinition, "--type=json", `--patch=${without}`]);
      const proxy = await startFaultProxy({ target: primary.url, targetAuthority: primary.caFile });
      try {
        proxy.add({ when: { resource: "customresourcedefinitions" }, fault: { kind: "answer", status: 403 } });
        const kubeconfig = await proxy.kubeconfig(primary.kubeconfig());

        const ran = await bench.step("primary-prep", [], { primary: kubeconfig });

        expect(endOf(ran)).toMatchObject({ exitCode: 0 });
        expect(ran.stderr).toContain("BackupSchedule acm-hub-backup of the old hub did not keep spec.paused");
        expect(await bench.pair.seeds.primary.list("backupSchedules")).toEqual([]);
        expect(await bench.pair.seeds.primary.list("veleroSchedules")).toEqual([]);
        expect(await bench.state()).toMatchObject({
          config: { saved_backup_schedules: [{ metadata: { name: "acm-hub-backup" } }] },
        });
      } finally {
        await proxy.stop();
      }
    },
    2 * minute,
  );

  test(
    "A-26 a schedule that is paused already is saved and not written to",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds } = bench.pair;
      const schedule = await seeds.primary.find("backupSchedules", "acm-hub-backup");
      if (schedule === undefined) throw new Error("the fixture has no BackupSchedule");
      await seeds.primary.patch("backupSchedules", schedule, { spec: { paused: true } });
      await seeds.primary.untilPhase("backupSchedules", "acm-hub-backup", "Paused");
      const before = await seeds.primary.snapshot(["backupSchedules"]);

      const ran = await bench.task("primary-prep");

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await seeds.primary.snapshot(["backupSchedules"])).toEqual(before);
      expect(await bench.state()).toMatchObject({
        config: { saved_backup_schedules: [{ metadata: { name: "acm-hub-backup" }, spec: { paused: true } }] },
      });
    },
    2 * minute,
  );

  test(
    "final-backup makes one more set before the pause, as the schedules would, and waits until the new hub sees it",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds } = bench.pair;
      const names = async (hub: "primary" | "secondary") =>
        (await seeds[hub].list("veleroBackups")).map(({ metadata }) => metadata.name);
      const before = await names("primary");

      const ran = await bench.task("primary-prep", ["--final-backup", "true"]);

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      const made = (await seeds.primary.list("veleroBackups")).filter(
        ({ metadata }) => !before.includes(metadata.name),
      );
      expect(made.map(({ metadata, status }) => [metadata.name.slice(0, -15), status?.["phase"]]).toSorted()).toEqual([
        ["acm-credentials-schedule", "Completed"],
        ["acm-managed-clusters-schedule", "Completed"],
        ["acm-resources-generic-schedule", "Completed"],
        ["acm-resources-schedule", "Completed"],
        ["acm-validation-policy-schedule", "Completed"],
      ]);
      // One timestamp, so that Velero's operator takes them for one set.
      expect(new Set(made.map(({ metadata }) => metadata.name.slice(-14))).size).toBe(1);
      for (const { metadata } of made) {
        expect(metadata.labels).toMatchObject({ "velero.io/schedule-name": metadata.name.slice(0, -15) });
      }
      expect(await names("secondary")).toEqual(expect.arrayContaining(made.map(({ metadata }) => metadata.name)));
      const state = await bench.state();
      expect(JSON.stringify(state?.["completed_steps"])).toMatch(/"final_backup".*"pause_backup_schedule"/);

      // Started again it makes no other.
      expect(endOf(await bench.task("primary-prep", ["--final-backup", "true"]))).toMatchObject({ exitCode: 0 });
      expect((await names("primary")).filter((name) => !before.includes(name))).toHaveLength(5);
    },
    3 * minute,
  );

  test(
    "A-29 observability without its metrics compactor is a warning and no failure",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      await bench.pair.primary.kubectl(["create", "namespace", "open-cluster-management-observability"]);
      const ran = await bench.task("primary-prep");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("there is no StatefulSet observability-thanos-compact");
    },
    2 * minute,
  );

  test(
    "A-28 an annotation that somebody else set keeps its value",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2 }, patientTuning);
      const { seeds } = bench.pair;
      const cluster = await seeds.primary.find("managedClusters", "c1");
      if (cluster === undefined) throw new Error("the fixture has no cluster");
      await seeds.primary.patch("managedClusters", cluster, { metadata: { annotations: { [disable]: "keep" } } });

      const ran = await bench.task("primary-prep");

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      const of = async (name: string) =>
        (await seeds.primary.find("managedClusters", name))?.metadata.annotations?.[disable];
      expect([await of("c1"), await of("c2")]).toEqual(["keep", ""]);
    },
    2 * minute,
  );

  test(
    "A-83 / K-21 a release candidate of 2.14 is paused by a patch, not deleted",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.14.0-rc1" }, patientTuning);
      const before = await bench.pair.seeds.primary.find("backupSchedules", "acm-hub-backup");
      const ran = await bench.task("primary-prep");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.pair.seeds.primary.find("backupSchedules", "acm-hub-backup")).toMatchObject({
        metadata: { uid: before?.metadata.uid },
        spec: { paused: true },
      });
    },
    2 * minute,
  );

  test(
    "A-86 / K-18 a pause that the operator refuses fails with its words and the running Velero Schedules, and can be resumed",
    async () => {
      const tuning = { ...patientTuning, schedulePausedWait: 2 };
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.15.1" }, tuning);
      const { seeds, simulators } = bench.pair;
      simulators.primary.inject({ kind: "storage-unavailable" });
      await seeds.primary.untilPhase("storageLocations", "dpa-hub-1", "Unavailable");

      const first = await bench.task("primary-prep");

      expect(endOf(first)).toMatchObject({ exitCode: 1 });
      expect(first.stderr).toContain("ERROR SW-PREP-02");
      expect(first.stderr).toContain("Backup storage location is not available");
      expect(first.stderr).toContain("Velero Schedules still running: acm-credentials-schedule");
      const cluster = await seeds.primary.find("managedClusters", "c1");
      expect(cluster?.metadata.annotations?.[disable]).toBeUndefined();

      simulators.primary.clear();
      await seeds.primary.untilPhase("backupSchedules", "acm-hub-backup", "Paused");
      expect(endOf(await bench.with(patientTuning).task("primary-prep"))).toMatchObject({ exitCode: 0 });
    },
    3 * minute,
  );

  test.each([
    { version: "2.14.1", exitCode: 0, said: "(may take 40 s longer for the imported clusters)" },
    { version: "2.16.1", exitCode: 1, said: "ERROR SW-PREP-02" },
  ])(
    "A-95 with 40 clusters a pause after 4 s, where 1 s is the limit, ends ACM $version with $exitCode",
    async ({ version, exitCode, said }) => {
      const tuning = { ...patientTuning, schedulePausedWait: 1, schedulePerCluster: 1 };
      bench = await SwitchoverBench.open({ clusters: 40, version }, tuning);
      bench.pair.simulators.primary.inject({ kind: "pause-takes", seconds: 400 });
      const ran = await bench.task("primary-prep");
      expect(endOf(ran)).toMatchObject({ exitCode });
      expect(ran.stderr).toContain(said);
    },
    3 * minute,
  );

  test(
    "A-96 / K-18 a backup that was queued at the pause is waited for, and the activation restores it",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds, simulators } = bench.pair;
      simulators.primary.inject({ kind: "backup-stuck", prefix: "acm-managed-clusters" });
      const queued = await seeds.primary.backup("acm-managed-clusters-schedule", { status: { phase: "Queued" } });
      const child = await bench.startTask("primary-prep");
      const end = ended(child);
      await written(child, `in progress: ${queued} (Queued)`);
      simulators.primary.clear();
      expect(endOf(await end)).toMatchObject({ exitCode: 0 });

      expect(endOf(await bench.task("activate"))).toMatchObject({ exitCode: 0 });

      expect(await bench.state()).toMatchObject({ config: { activation: { expectedManagedClustersBackup: queued } } });
      const restored = (await seeds.secondary.list("veleroRestores")).map(({ spec }) => spec?.["backupName"]);
      expect(restored).toContain(queued);
    },
    3 * minute,
  );

  test(
    "A-96 a backup of the old hub that never reaches the new one ends the run with exit 5, named, before any change",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, { ...patientTuning, backupSyncWait: 2 });
      const { seeds, simulators } = bench.pair;
      simulators.secondary.inject({ kind: "velero-down" });
      const last = await seeds.primary.backup("acm-managed-clusters-schedule");
      expect(endOf(await bench.task("primary-prep"))).toMatchObject({ exitCode: 0 });
      const before = await seeds.secondary.snapshot(["managedClusters", "restores", "veleroRestores"]);

      const ran = await bench.task("activate");

      expect(endOf(ran)).toMatchObject({ exitCode: 5 });
      expect(ran.stderr).toContain("ERROR SW-ACT-04");
      expect(ran.stderr).toContain(last);
      expect(await seeds.secondary.snapshot(["managedClusters", "restores", "veleroRestores"])).toEqual(before);
    },
    3 * minute,
  );
});
