import { afterEach, describe, expect, test } from "@jest/globals";
import { iso } from "../../sim/player.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { type Ended, ended, patientTuning, quickTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const madeBy = "cluster.open-cluster-management.io/backup-cluster";
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: stderr.slice(-1500) });
const shortBackupWaits = { ...patientTuning, backupVerify: 4, backupVerifyMax: 4 };
/** A wait for the proof of a schedule goes on until something else ends it. */
const noProof = { ...patientTuning, collisionCheckAfter: 60 };

/** Arguments of kubectl that give Velero's pod these conditions. */
function veleroPod(conditions: readonly object[]): readonly string[] {
  const patch = JSON.stringify({ status: { conditions } });
  return ["-n", backupNamespace, "patch", "pod/velero-1", "--subresource=status", "--type=merge", "-p", patch];
}

/** Status of a Velero Backup that ran then. */
function ranAt(ms: number): Readonly<Record<string, unknown>> {
  const time = iso(ms);
  return { phase: "Completed", startTimestamp: time, completionTimestamp: time };
}

describe("the new hub's schedule", () => {
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  const schedule = () => bench.pair.seeds.secondary.find("backupSchedules", "acm-hub-backup");

  /**
   * A finalization whose schedule has collided with the backups of the old hub: its own first one is held. Once that
   * has begun, the schedule is made anew and collides no more.
   */
  async function startColliding() {
    bench.pair.simulators.secondary.inject({ kind: "backup-stuck", prefix: "acm-resources-schedule" });
    const child = await bench.startTask("finalize");
    const end = ended(child);
    await written(child, "is not looked at by Velero yet");
    return { child, end };
  }

  async function tokensOfNewHub(): Promise<readonly string[]> {
    const secrets = await bench.pair.seeds.secondary.list("secrets");
    return secrets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  }

  test(
    "A-46 / K-17 what is created from the saved schedule has no owners, finalizers or tracking of GitOps, and no pause",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds } = bench.pair;
      const saved = await seeds.primary.find("backupSchedules", "acm-hub-backup");
      if (saved === undefined) throw new Error("the fixture has no BackupSchedule");
      await seeds.primary.patch("backupSchedules", saved, {
        metadata: {
          ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "1234" }],
          finalizers: ["test.example.com/keep"],
          annotations: { "argocd.argoproj.io/tracking-id": "fleet:backup", team: "storage" },
          labels: { "app.kubernetes.io/instance": "fleet" },
        },
      });
      await bench.tasksUntil("finalize");

      expect(endOf(await bench.task("finalize"))).toMatchObject({ exitCode: 0 });

      const created = await schedule();
      expect(created?.metadata).not.toHaveProperty("ownerReferences");
      expect(created?.metadata).not.toHaveProperty("finalizers");
      expect(created?.metadata).not.toHaveProperty("labels");
      expect(created).toMatchObject({ metadata: { annotations: { team: "storage" } }, spec: { paused: false } });
      expect(Object.keys(created?.metadata.annotations ?? {})).toEqual(["team"]);
    },
    3 * minute,
  );

  test(
    "A-27 / K-18 of two schedules of the old hub both are paused, the working one is created, the other one reported",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds } = bench.pair;
      await seeds.primary.backupSchedule({}, "second");
      await seeds.primary.untilPhase("backupSchedules", "second", "Failed");
      await bench.tasksUntil("finalize");
      const paused = (await seeds.primary.list("backupSchedules")).map(({ spec }) => spec?.["paused"]);
      expect(paused).toEqual([true, true]);
      expect(await bench.state()).toMatchObject({
        config: {
          saved_backup_schedules: [{ metadata: { name: "acm-hub-backup" } }, { metadata: { name: "second" } }],
        },
      });

      const ran = await bench.task("finalize");

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      const names = (await seeds.secondary.list("backupSchedules")).map(({ metadata }) => metadata.name);
      expect(names).toEqual(["acm-hub-backup"]);
      expect(ran.stderr).toContain("BackupSchedule second of the old hub is not created on the new hub");
    },
    3 * minute,
  );

  test(
    "without a schedule on either hub it is refused, and created from a template where one is given",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { primary } = bench.pair;
      const name = "backupschedules.cluster.open-cluster-management.io/acm-hub-backup";
      await primary.kubectl(["-n", backupNamespace, "delete", name]);
      await bench.tasksUntil("finalize");

      const without = await bench.task("finalize");
      expect(endOf(without)).toMatchObject({ exitCode: 1 });
      expect(without.stderr).toContain("ERROR SW-FIN-04");

      const template = { veleroSchedule: "30 */6 * * *", veleroTtl: "72h" };
      const ran = await bench.task("finalize", ["--backup-schedule-template", JSON.stringify(template)]);
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      // The template says nothing of import tokens, and a schedule without them would delete those that were restored.
      const spec = { ...template, useManagedServiceAccount: true, paused: false };
      expect(await schedule()).toMatchObject({ spec });
      expect(await tokensOfNewHub()).toContain("c1/auto-import-account");
    },
    3 * minute,
  );

  test(
    "A-47 / K-40 a collision is answered by one new schedule; where another hub keeps writing it is named",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, noProof);
      const { seeds } = bench.pair;
      await bench.tasksUntil("finalize");
      const child = await bench.startTask("finalize");
      const end = ended(child);
      await written(child, "the first collision check is still to come");
      const first = await schedule();
      const status = ranAt(Date.now() + 3_600_000);
      await seeds.secondary.backup("acm-resources-schedule", { hub: "third-hub-id", status });
      const ran = await end;

      expect(endOf(ran)).toMatchObject({ exitCode: 1 });
      expect(ran.stderr).toContain("ERROR SW-FIN-07");
      expect(ran.stderr).toContain("hub third-hub-id writes to the same storage");
      const second = await schedule();
      expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
      expect(await bench.state()).toMatchObject({ config: { created_schedule: { recreations: 1 } } });
    },
    3 * minute,
  );

  test(
    "A-88 / K-40 an own resources backup that never starts is no proof: the schedule is made anew once, then the foreign hub named",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, shortBackupWaits);
      await bench.tasksUntil("finalize");
      bench.pair.simulators.secondary.inject({ kind: "backup-stuck", prefix: "acm-resources-schedule" });
      const ran = await bench.task("finalize");
      expect(endOf(ran)).toMatchObject({ exitCode: 1 });
      expect(ran.stderr).toContain("ERROR SW-FIN-07");
      expect(ran.stderr).toContain(`hub ${bench.pair.ids.primary} writes to the same storage`);
      expect(ran.stderr).toContain("does not begin the first resources backup");
    },
    3 * minute,
  );

  test(
    "A-97 ACM 2.16: collided while its own resources backup stood in the queue, the schedule is made anew once that has started",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.16.0" }, patientTuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("finalize");
      const { end } = await startColliding();
      const collided = await schedule();
      expect(collided).toMatchObject({ status: { phase: "BackupCollision" } });
      simulators.secondary.clear();

      const ran = await end;
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.state()).toMatchObject({ config: { created_schedule: { recreations: 1 } } });
      const anew = await schedule();
      expect(anew?.metadata.uid).not.toBe(collided?.metadata.uid);
      expect(anew).toMatchObject({ status: { phase: "Enabled" } });
      expect(await seeds.secondary.list("backupSchedules")).toHaveLength(1);
    },
    3 * minute,
  );

  test(
    "A-88 / K-35 a health wait ends well only after the first collision check",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      await bench.tasksUntil("finalize");
      const ran = await bench.task("finalize");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("the first collision check is still to come");
      expect(await bench.state()).toMatchObject({ config: { created_schedule: { recreations: 0 } } });
    },
    3 * minute,
  );

  test(
    "A-48 / A-50 / K-22 / K-40 neither other kinds nor other people's backups prove the new hub's; a managed-clusters backup does",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, shortBackupWaits);
      const { seeds, simulators, secondary } = bench.pair;
      await bench.tasksUntil("finalize");
      simulators.secondary.inject({ kind: "backup-missing", prefix: "acm-managed-clusters" });
      const child = await bench.startTask("finalize");
      const end = ended(child);
      await written(child, "no managed-clusters backup by the new hub yet");
      await secondary.kubectl(
        ["create", "-f", "-"],
        JSON.stringify({
          apiVersion: "velero.io/v1",
          kind: "Backup",
          metadata: { name: "by-a-user", namespace: backupNamespace },
          spec: {},
        }),
      );
      await seeds.secondary.untilPhase("veleroBackups", "by-a-user", "Completed");
      const ran = await end;
      expect(endOf(ran)).toMatchObject({ exitCode: 5 });
      expect(ran.stderr).toContain("ERROR SW-FIN-08");

      const name = await seeds.secondary.backup("acm-managed-clusters-schedule");
      expect(endOf(await bench.with(patientTuning).task("finalize"))).toMatchObject({ exitCode: 0 });
      expect(await bench.state()).toMatchObject({ config: { post_switchover_backups: { managedClusters: name } } });
    },
    3 * minute,
  );

  test(
    "A-49 a first backup with errors fails the run; once a whole one was made, a resume passes",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("finalize");
      simulators.secondary.inject({ kind: "backup-errors", prefix: "acm-managed-clusters", errors: 2 });
      const ran = await bench.task("finalize");
      expect(endOf(ran)).toMatchObject({ exitCode: 1 });
      expect(ran.stderr).toContain("ERROR SW-FIN-09");
      expect(ran.stderr).toContain("phase Completed, 2 errors");

      simulators.secondary.clear();
      const whole = await seeds.secondary.backup("acm-managed-clusters-schedule");
      expect(endOf(await bench.task("finalize"))).toMatchObject({ exitCode: 0 });
      expect(await bench.state()).toMatchObject({
        config: { new_backup_detected: true, post_switchover_backups: { managedClusters: whole } },
      });
    },
    3 * minute,
  );

  test.each([{ others: "no other" }, { others: "another" }])(
    "A-49 a first backup that is gone before it was judged, and $others since: the newest one is judged, without any the run fails and a resume waits for one",
    async ({ others }) => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds, simulators, secondary } = bench.pair;
      await bench.tasksUntil("finalize");
      simulators.secondary.inject({ kind: "backup-stuck", prefix: "acm-managed-clusters" });
      const child = await bench.startTask("finalize");
      const end = ended(child);
      await written(child, "is queued");
      const kept = JSON.stringify((await bench.state())?.["config"]);
      const name = /"post_switchover_backups":\{"managedClusters":"([^"]+)"/.exec(kept)?.[1] ?? "";
      const status = ranAt(Date.now() + 1000);
      const other = others === "another" && (await seeds.secondary.backup("acm-managed-clusters-schedule", { status }));
      await secondary.kubectl(["-n", backupNamespace, "delete", "backups.velero.io", name]);

      const ran = await end;

      expect(ran.stderr).toContain(`the new hub's first backup ${name} is gone`);
      if (other !== false) {
        expect(endOf(ran)).toMatchObject({ exitCode: 0 });
        expect(ran.stderr).toContain(`${other} is checked in its place`);
        return;
      }
      expect(endOf(ran)).toMatchObject({ exitCode: 1 });
      expect(ran.stderr).toContain("ERROR SW-FIN-14");
      simulators.secondary.clear();
      await seeds.secondary.backup("acm-managed-clusters-schedule");
      expect(endOf(await bench.task("finalize"))).toMatchObject({ exitCode: 0 });
    },
    3 * minute,
  );

  test(
    "A-51 / K-19 a Restore that cannot go is named with all that holds it; its finalizers stay, no schedule is made; a resume keeps what was archived",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, { ...patientTuning, restoreDeleteWait: 3 });
      const { seeds, simulators, secondary } = bench.pair;
      await bench.tasksUntil("finalize");
      simulators.secondary.inject({ kind: "velero-down" });
      const conditions = [{ type: "Ready", status: "False" }];
      await secondary.kubectl(veleroPod(conditions));

      const ran = await bench.task("finalize");

      expect(endOf(ran)).toMatchObject({ exitCode: 5 });
      expect(ran.stderr).toContain("ERROR SW-FIN-01");
      for (const part of [
        "restore-acm-passive-sync (finalizers: restores.cluster.open-cluster-management.io/finalizer)",
        "Velero Restores left: restore-acm-passive-sync-",
        "Velero is not Ready",
        "storage is Available",
      ]) {
        expect(ran.stderr).toContain(part);
      }
      const held = await seeds.secondary.find("restores", "restore-acm-passive-sync");
      expect(held?.metadata.finalizers).toEqual(["restores.cluster.open-cluster-management.io/finalizer"]);
      expect(await seeds.secondary.list("backupSchedules")).toEqual([]);

      simulators.secondary.clear();
      await secondary.kubectl(veleroPod([{ type: "Ready", status: "True" }]));
      expect(endOf(await bench.with(patientTuning).task("finalize"))).toMatchObject({ exitCode: 0 });
      const archived = (await bench.state())?.["config"];
      expect(archived).toMatchObject({
        archived_restores: [
          {
            uid: held?.metadata.uid,
            creation_timestamp: held?.metadata.creationTimestamp,
            velero_backups: { veleroManagedClustersBackupName: "latest" },
            velero_managed_clusters_restore_name: held?.status?.["veleroManagedClustersRestoreName"],
          },
        ],
      });
    },
    3 * minute,
  );

  test(
    "A-77 a schedule that somebody pauses after it was enabled is told of; unpaused, the run completes",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds } = bench.pair;
      await bench.tasksUntil("finalize");
      const pause = async (paused: boolean): Promise<void> => {
        const existing = await schedule();
        if (existing === undefined) throw new Error("the new hub has no BackupSchedule");
        await seeds.secondary.patch("backupSchedules", existing, { spec: { paused } });
      };
      const child = await bench.with(noProof).startTask("finalize");
      const end = ended(child);
      await written(child, "the first collision check is still to come");
      await pause(true);
      const first = await end;
      expect(endOf(first)).toMatchObject({ exitCode: 1 });
      expect(first.stderr).toContain("ERROR SW-FIN-05");
      expect(first.stderr).toContain("is still paused");

      await pause(false);
      expect(endOf(await bench.task("finalize"))).toMatchObject({ exitCode: 0 });
    },
    3 * minute,
  );

  test(
    "K-37 killed between the deletion of a schedule and the creation of its successor, a resume creates it from what was kept",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.16.1" }, patientTuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("finalize");
      const { child, end } = await startColliding();
      const before = await schedule();
      simulators.secondary.inject({ kind: "garbage-stays" });
      simulators.secondary.clear("backup-stuck");
      await written(child, "waiting: still there: ");
      child.kill("SIGKILL");
      await end;
      expect(await seeds.secondary.list("backupSchedules")).toEqual([]);
      simulators.secondary.clear();

      expect(endOf(await bench.task("finalize"))).toMatchObject({ exitCode: 0 });

      const [created, ...others] = await seeds.secondary.list("backupSchedules");
      expect(others).toEqual([]);
      expect(created?.metadata.uid).not.toBe(before?.metadata.uid);
      expect(created).toMatchObject({ spec: before?.spec, status: { phase: "Enabled" } });
    },
    3 * minute,
  );

  test(
    "A-94 / K-42 while the new hub's component for import tokens is off nothing is touched and no token is lost; a resume creates it",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2 }, patientTuning);
      const { seeds, secondary } = bench.pair;
      await bench.tasksUntil("finalize");
      const component = (enabled: boolean): Promise<string> => {
        const spec = { overrides: { components: [{ name: "managedserviceaccount", enabled }] } };
        const patch = [
          "patch",
          "multiclusterengine/multiclusterengine",
          "--type=merge",
          "-p",
          JSON.stringify({ spec }),
        ];
        return secondary.kubectl(patch);
      };
      await component(false);
      const before = await seeds.secondary.snapshot(["restores", "backupSchedules", "secrets"]);

      const refused = await bench.task("finalize");

      expect(endOf(refused)).toMatchObject({ exitCode: 1 });
      expect(refused.stderr).toContain("ERROR SW-FIN-03");
      expect(await seeds.secondary.snapshot(["restores", "backupSchedules", "secrets"])).toEqual(before);

      await component(true);
      expect(endOf(await bench.task("finalize"))).toMatchObject({ exitCode: 0 });
      expect(await schedule()).toMatchObject({ spec: { useManagedServiceAccount: true, paused: false } });
      expect(await tokensOfNewHub()).toEqual(
        expect.arrayContaining(["c1/auto-import-account", "c2/auto-import-account"]),
      );
    },
    3 * minute,
  );

  test.each([{ lingers: "for a while" }, { lingers: "for ever" }])(
    "A-87 / K-35 while Velero Schedules of a deleted schedule linger $lingers, nothing is created in their place",
    async ({ lingers }) => {
      const tuning = lingers === "for ever" ? { ...patientTuning, scheduleDeleteWait: 5 } : patientTuning;
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.16.1" }, tuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("finalize");
      const { child, end } = await startColliding();
      simulators.secondary.inject({ kind: "garbage-stays" });
      simulators.secondary.clear("backup-stuck");
      await written(child, "waiting: still there: ");
      expect(await seeds.secondary.list("backupSchedules")).toEqual([]);
      if (lingers === "for a while") {
        simulators.secondary.clear();
        expect(endOf(await end)).toMatchObject({ exitCode: 0 });
        return;
      }
      const ran = await end;
      expect(endOf(ran)).toMatchObject({ exitCode: 5 });
      expect(ran.stderr).toContain("ERROR SW-FIN-02");
      expect(ran.stderr).toContain("acm-credentials-schedule");
      expect(await seeds.secondary.list("backupSchedules")).toEqual([]);
    },
    3 * minute,
  );

  test(
    "A-87 while a finalizer holds a deleted schedule, nothing is created in its place; once it is gone, the run goes on",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.16.1" }, patientTuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("finalize");
      const { child, end } = await startColliding();
      const hold = async (finalizers: readonly string[]): Promise<string | undefined> => {
        const existing = await schedule();
        if (existing === undefined) throw new Error("the new hub has no BackupSchedule");
        await seeds.secondary.patch("backupSchedules", existing, { metadata: { finalizers } });
        return existing.metadata.uid;
      };
      const uid = await hold(["test.example.com/keep"]);
      simulators.secondary.clear();
      await written(child, "waiting: still there: BackupSchedule acm-hub-backup");
      await hold([]);

      expect(endOf(await end)).toMatchObject({ exitCode: 0 });
      const schedules = await seeds.secondary.list("backupSchedules");
      expect(schedules).toHaveLength(1);
      expect(schedules[0]?.metadata.uid).not.toBe(uid);
    },
    3 * minute,
  );
});

describe("the old hub as secondary", () => {
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  test(
    "A-100 the passive Restore is created once the new hub's backups are there, and restores those first",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds, simulators, ids } = bench.pair;
      await bench.tasksUntil("finalize");
      simulators.primary.inject({ kind: "velero-down" });
      const child = await bench.startTask("finalize");
      const end = ended(child);
      await written(child, "backup is not the new hub's yet");
      expect(await seeds.primary.list("restores")).toEqual([]);
      simulators.primary.clear();
      expect(endOf(await end)).toMatchObject({ exitCode: 0 });

      const restored = (await seeds.primary.list("veleroRestores")).map(({ spec }) => spec?.["backupName"]);
      const backups = (await seeds.primary.list("veleroBackups")).filter(({ metadata }) =>
        restored.includes(metadata.name),
      );
      const makers = backups.map(({ metadata }) => metadata.labels?.[madeBy]);
      expect(restored.some((name) => String(name).startsWith("acm-credentials-schedule-"))).toBe(true);
      expect(new Set(makers)).toEqual(new Set([ids.secondary]));
    },
    3 * minute,
  );

  test(
    "A-100 where the new hub's backups never arrive it is created all the same, with a warning",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, { ...quickTuning, backupSyncWait: 2, passiveSettle: 2 });
      await bench.tasksUntil("finalize");
      bench.pair.simulators.primary.inject({ kind: "velero-down" });
      const ran = await bench.task("finalize");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("starts with its own last backup and follows at its interval");
      expect(await bench.pair.seeds.primary.find("restores", "restore-acm-passive-sync")).toBeDefined();
    },
    3 * minute,
  );

  test(
    "4.6 ended for good beside another Restore, it is refused while that one is there, and made anew once by the resume",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { seeds, simulators, primary } = bench.pair;
      const passive = () => seeds.primary.find("restores", "restore-acm-passive-sync");
      await bench.tasksUntil("finalize");
      simulators.primary.inject({ kind: "sync-withheld", prefix: "acm-credentials-schedule" });
      const child = await bench.startTask("finalize");
      const end = ended(child);
      await written(child, "backup is not the new hub's yet");
      await seeds.primary.passiveRestore("other-sync");
      // At its next look it would give way to the one that the run makes, instead of being in its way.
      await seeds.primary.patch(
        "restores",
        { metadata: { name: "other-sync", namespace: backupNamespace } },
        { spec: { restoreSyncInterval: "24h" } },
      );
      await seeds.primary.untilPhase("restores", "other-sync", "Enabled");
      simulators.primary.clear();
      const first = await end;

      expect(endOf(first)).toMatchObject({ exitCode: 1 });
      expect(first.stderr).toContain("ERROR SW-FIN-12");
      expect(first.stderr).not.toContain("is not Enabled yet");
      const dead = await passive();
      expect(dead).toMatchObject({ status: { phase: "FinishedWithErrors" } });

      const other = "restores.cluster.open-cluster-management.io/other-sync";
      await primary.kubectl(["-n", backupNamespace, "delete", other]);
      const resumed = await bench.task("finalize");
      expect(endOf(resumed)).toMatchObject({ exitCode: 0 });
      expect(resumed.stderr).toContain("This resource is ignored because Restore resource other-sync");
      const made = await passive();
      expect(made).toMatchObject({ status: { phase: "Enabled" } });
      expect(made?.metadata.uid).not.toBe(dead?.metadata.uid);
      expect(await bench.state()).toMatchObject({
        config: { standby_restore: { replaced: dead?.metadata.uid, awaited: true } },
      });
    },
    4 * minute,
  );
});
