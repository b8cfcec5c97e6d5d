import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { stamp } from "../../sim/player.ts";
import { claimSpokes } from "../../sim/spokes.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { endOf, hold, letGo, succeed } from "./support/activations.ts";
import { furtherSet } from "./support/backup-sets.ts";
import { installPolicy, untilAnswered } from "./support/refusing-policy.ts";
import { restoreWrites } from "./support/restore-writes.ts";
import { ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

// Activations that go wrong on the new hub.

const minute = 60_000;
const passive = "restore-acm-passive-sync";
const replace = ["--activation-method", "restore"] as const;
const waiting = '"step":"wait_restore_completion","msg":"waiting: ';
const finalizer = "restores.cluster.open-cluster-management.io/finalizer";

let bench: SwitchoverBench;
afterEach(() => bench?.close());

const restore = () => bench.pair.seeds.secondary.find("restores", passive);

async function connected(): Promise<readonly string[]> {
  const clusters = await bench.pair.seeds.secondary.list("managedClusters");
  const names = clusters.filter(isAvailable).map(({ metadata }) => metadata.name);
  return names.filter((name) => name !== "local-cluster");
}

/** The clusters follow the new hub already, and are known to it. */
async function followAlready(names: readonly string[]): Promise<void> {
  const { folder, ids, seeds } = bench.pair;
  await claimSpokes(join(folder, "bucket"), names, ids.secondary);
  await seeds.secondary.fleet(names, []);
}

describe("a Restore that ends FinishedWithErrors", () => {
  test(
    "A-33 while Velero restored all and every cluster was available already is a success, with a warning",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.16.0" }, patientTuning);
      await bench.tasksUntil("activate");
      await followAlready(["c1", "c2"]);
      bench.pair.simulators.secondary.inject({ kind: "ends-with-errors" });

      const ran = await bench.task("activate");

      succeed(ran);
      expect(await restore()).toMatchObject({
        status: {
          phase: "FinishedWithErrors",
          messages: ["managed cluster c1 already available", "managed cluster c2 already available"],
        },
      });
      expect(ran.stderr).toContain("the Restore ended FinishedWithErrors");
      expect(await bench.state()).toMatchObject({ config: { import_notes: { available: ["c1", "c2"] } } });
    },
    3 * minute,
  );

  test(
    "A-34 / K-06 with credentials that Velero restored in part fails though every cluster was available; nothing is undone, and it can be allowed",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.16.0" }, patientTuning);
      await bench.tasksUntil("activate");
      await followAlready(["c1", "c2"]);
      bench.pair.simulators.secondary.inject({
        kind: "restore-errors",
        prefix: "acm-credentials-schedule",
        errors: 3,
      });

      const ran = await bench.task("activate");

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR SW-ACT-21");
      expect(ran.stderr).toMatch(/Velero Restore \S+-active is PartiallyFailed \(3 errors\)/);
      const standing = await restore();
      expect(standing).toMatchObject({ spec: { veleroManagedClustersBackupName: "latest" } });
      expect(standing?.metadata).not.toHaveProperty("deletionTimestamp");

      succeed(await bench.task("activate", ["--allow-partial-restore", "true"]));
    },
    3 * minute,
  );

  test(
    "A-35 because the operator ignored it names what was in its way",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "velero-down" });
      const child = await bench.startTask("activate");
      const end = ended(child);
      await written(child, waiting);
      await seeds.secondary.backupSchedule({}, "s1");

      const ran = await end;

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ignored the Restore because BackupSchedule resource s1 was active");
      expect(await connected()).toEqual([]);
    },
    3 * minute,
  );
});

async function untilFinalizing(prefix: string, name: string, flags: readonly string[]) {
  bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
  const { seeds, simulators } = bench.pair;
  await bench.tasksUntil("activate", flags);
  simulators.secondary.inject({ kind: "restore-stuck", prefix, phase: "Finalizing" });
  const child = await bench.startTask("activate", flags);
  const end = ended(child);
  await written(child, "is Finalizing");
  await seeds.secondary.untilPhase("restores", name, "Finished");
  return { end };
}

describe("Velero restores that end after the Restore", () => {
  test(
    "A-90 / K-05 are waited for: Completed, the activation goes on",
    async () => {
      const { end } = await untilFinalizing("acm-credentials", passive, []);
      bench.pair.simulators.secondary.clear();
      succeed(await end);
    },
    3 * minute,
  );

  test(
    "A-90 / K-03 are waited for with method full: with errors, the activation has failed",
    async () => {
      const prefix = "acm-resources-schedule";
      const { end } = await untilFinalizing(prefix, "restore-acm-full", ["--method", "full"]);
      const { secondary } = bench.pair.simulators;
      secondary.inject({ kind: "restore-errors", prefix, errors: 2 });
      secondary.clear("restore-stuck");
      const ran = await end;
      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toMatch(/Velero Restore restore-acm-full-acm-resources-\S+ is PartiallyFailed \(2 errors\)/);
    },
    3 * minute,
  );
});

describe("an activation that ended", () => {
  test(
    "K-05 proves nothing once the Velero Restore that moved the clusters is gone: that one is named, and nothing is undone",
    async () => {
      const { end } = await untilFinalizing("acm-credentials", passive, []);
      const { secondary, simulators } = bench.pair;
      const gone = String((await restore())?.status?.["veleroManagedClustersRestoreName"]);
      await secondary.kubectl(["-n", backupNamespace, "delete", `restores.velero.io/${gone}`]);
      simulators.secondary.clear();

      const ran = await end;

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR SW-ACT-21");
      expect(ran.stderr).toContain(
        `Velero Restore ${gone}, which the status names for the managed clusters, is not there`,
      );
      expect(await restore()).toMatchObject({ spec: { veleroManagedClustersBackupName: "latest" } });
    },
    3 * minute,
  );

  test(
    "ACM 2.14: with clusters of an older backup than expected it is refused, naming both; it can be allowed",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.14.1" }, patientTuning);
      const { secondary, seeds, simulators } = bench.pair;
      const expected = await seeds.primary.backup("acm-managed-clusters-schedule", { stamp: stamp(Date.now()) });
      await seeds.secondary.untilBackupsCompleted(6);
      await bench.tasksUntil("activate");
      // The operator looks at the patch only when the backup that was the newest is gone.
      simulators.secondary.inject({ kind: "operator-down" });
      const child = await bench.startTask("activate");
      const end = ended(child);
      await written(child, waiting);
      simulators.secondary.inject({ kind: "sync-withheld", prefix: expected });
      await secondary.kubectl(["-n", backupNamespace, "delete", `backups.velero.io/${expected}`]);
      simulators.secondary.clear("operator-down");

      const ran = await end;

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR SW-ACT-22");
      expect(ran.stderr).toMatch(
        new RegExp(
          `restored was acm-managed-clusters-schedule-\\d{14} \\(.+ old\\), expected was ${expected} \\(.+ old\\)`,
        ),
      );

      const allowed = await bench.task("activate", ["--allow-partial-restore", "true"]);
      succeed(allowed);
      expect(allowed.stderr).toContain(`expected was ${expected}`);
    },
    5 * minute,
  );
});

describe("an operator of the new hub that does not look at the activation", () => {
  test(
    "A-32 / K-05 ACM 2.14: the Enabled of before is no success; the wait ends with exit 5",
    async () => {
      bench = await SwitchoverBench.open(
        { version: "2.14.1" },
        { ...patientTuning, restoreWait: 2, veleroRestoreWait: 0 },
      );
      const { simulators } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "operator-down" });

      const ran = await bench.task("activate");

      expect(endOf(ran, 5)).toBe("exit 5");
      expect(ran.stderr).toContain("ERROR SW-ACT-13");
      expect(ran.stderr).toContain("the operator has not looked at the activation yet");
      expect(await restore()).toMatchObject({
        spec: { veleroManagedClustersBackupName: "latest" },
        status: { phase: "Enabled" },
      });
      expect(await bench.state()).toMatchObject({
        current_phase: "failed",
        errors: [{ phase: "activation", step: "wait_restore_completion" }],
      });
    },
    3 * minute,
  );
});

describe("Velero of the new hub", () => {
  test(
    "A-78 / K-32 without a pod at the activation: the wait ends and tells of Velero and storage; the activation goes on, and a resume completes",
    async () => {
      const tuning = { ...patientTuning, errorGrace: 1, restoreWait: 6, veleroRestoreWait: 6 };
      bench = await SwitchoverBench.open({ version: "2.16.0" }, tuning);
      const { seeds, simulators, secondary } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "velero-down" });
      await secondary.kubectl([
        ...["-n", backupNamespace, "delete", "pod", "velero-1"],
        ...["--force", "--grace-period=0"],
      ]);

      const first = await bench.task("activate");

      expect(endOf(first, 5)).toBe("exit 5");
      expect(first.stderr).toContain("ERROR SW-ACT-13");
      expect(first.stderr).toContain("Velero has no pod");
      expect(first.stderr).toContain("storage is Available");
      expect(await restore()).toMatchObject({ spec: { veleroManagedClustersBackupName: "latest" } });

      simulators.secondary.clear();
      await seeds.secondary.pod("velero-1", backupNamespace, { "app.kubernetes.io/name": "velero" });
      const second = await bench.with(patientTuning).run();
      succeed(second);
      expect(await bench.state()).toMatchObject({ current_phase: "completed" });
    },
    3 * minute,
  );
});

describe("an activation that failed for good while its Restore is active", () => {
  test(
    "A-89 / K-07 / K-19 ACM 2.17: is set back to skip, archived and deleted, so that newer backups activate nothing; a resume activates anew",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.17.0" }, patientTuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("activate");
      const first = await restore();
      simulators.secondary.inject({ kind: "restore-fails", prefix: "acm-managed-clusters" });
      await hold(bench, "secondary", passive);
      const child = await bench.startTask("activate");
      const end = ended(child);
      await written(child, "finalizers: ");
      const deleted = await restore();
      await letGo(bench, "secondary", passive);
      const ran = await end;

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR SW-ACT-12");
      expect(ran.stderr).toContain("was deleted, so that it cannot activate the clusters later by itself");
      expect(deleted).toMatchObject({ spec: { veleroManagedClustersBackupName: "skip" } });
      expect(deleted?.metadata).toHaveProperty("deletionTimestamp");
      expect(await bench.state()).toMatchObject({
        config: {
          abandoned_activation: { uid: first?.metadata.uid, phase: "EnabledWithErrors" },
          archived_restores: [{ name: passive, uid: first?.metadata.uid }],
        },
      });

      // What would have activated it.
      simulators.secondary.clear();
      await furtherSet(bench);
      expect(await connected()).toEqual([]);
      expect(await seeds.secondary.list("restores")).toEqual([]);

      succeed(await bench.run());
      expect(await bench.state()).toMatchObject({
        config: { archived_restores: [{ name: passive, uid: first?.metadata.uid }, { name: passive }] },
      });
      // Activated, set back, deleted; made anew, activated, deleted at the end.
      expect(await restoreWrites(bench.pair.secondary)).toEqual([
        ...["patch 200", "patch 200", "delete 200"],
        ...["create 201", "patch 200", "delete 200"],
      ]);
      expect(await connected()).toEqual(expect.arrayContaining(["c1", "c2"]));
      expect(await bench.state()).toMatchObject({ current_phase: "completed" });
    },
    4 * minute,
  );

  test(
    "A-89 killed between the decision and the deletion, a resume takes it back first and then activates anew",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, version: "2.17.0" }, patientTuning);
      const { simulators } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "restore-fails", prefix: "acm-managed-clusters" });
      const first = await restore();
      await hold(bench, "secondary", passive);
      const child = await bench.startTask("activate");
      const end = ended(child);
      await written(child, "finalizers: ");
      child.kill("SIGKILL");
      await end;
      simulators.secondary.clear();
      const second = bench.start();
      const completed = ended(second);
      await written(second, `waiting: ${passive} (finalizers: `);
      await letGo(bench, "secondary", passive);

      succeed(await completed);
      const state = await bench.state();
      expect(state).toMatchObject({ current_phase: "completed" });
      expect(state).toMatchObject({ config: { abandoned_activation: { uid: first?.metadata.uid } } });
    },
    4 * minute,
  );
});

describe("storage that is lost during the activation", () => {
  test(
    "A-98 ACM 2.16: while Velero goes on, Error is no failure; the location back, the run completes",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, { ...patientTuning, errorGrace: 0 });
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "restore-stuck", prefix: "acm-managed-clusters" });
      const child = await bench.startTask("activate");
      const end = ended(child);
      await seeds.secondary.untilPhase("restores", passive, "Running");
      simulators.secondary.inject({ kind: "storage-unavailable" });
      await written(child, "phase is Error; Backup storage location is not available");
      simulators.secondary.clear("storage-unavailable");
      await seeds.secondary.untilPhase("restores", passive, "Running");
      simulators.secondary.clear("restore-stuck");

      const ran = await end;
      succeed(ran);
      expect(ran.stderr).not.toContain("was deleted");
      expect(await restore()).toMatchObject({ status: { phase: "Finished" } });
    },
    3 * minute,
  );

  test(
    "A-99 ACM 2.16: lost in the second of the patch it is taken back; the deletion hangs, the activation is stopped for good",
    async () => {
      const tuning = { ...patientTuning, restoreDeleteWait: 3 };
      bench = await SwitchoverBench.open({ version: "2.16.0" }, tuning);
      const { seeds, simulators } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "storage-lost-at-activation" });

      const ran = await bench.task("activate");

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR SW-ACT-12");
      expect(ran.stderr).toContain("storage: dpa-hub-1");
      expect(ran.stderr).toContain("the activation is stopped for good");
      const hanging = await restore();
      expect(hanging).toMatchObject({
        spec: { veleroManagedClustersBackupName: "skip" },
        metadata: { finalizers: [finalizer] },
      });
      expect(hanging?.metadata).toHaveProperty("deletionTimestamp");

      simulators.secondary.clear();
      await seeds.secondary.untilPhase("storageLocations", "dpa-hub-1", "Available");
      succeed(await bench.with(patientTuning).run());
      expect(await seeds.secondary.find("backupSchedules", "acm-hub-backup")).toBeDefined();
    },
    4 * minute,
  );
});

describe("a new hub that refuses writes of Restores", () => {
  test.each([[[]], [replace]])(
    "A-91 ACM 2.16 %j: without its operator nothing is changed; the operator and the hub are named, and a resume completes",
    async (flags) => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      const { simulators } = bench.pair;
      await bench.tasksUntil("activate", flags);
      const before = await restore();
      simulators.secondary.inject({ kind: "operator-down" });
      await untilTried("failed calling webhook");

      const ran = await bench.task("activate", flags);

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR KUBE-12");
      expect(ran.stderr).toContain("the backup operator of the new hub does not answer its webhook");
      expect(ran.stderr).toContain("nothing was changed");
      expect((await restore())?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);

      simulators.secondary.clear();
      succeed(await bench.run(flags));
    },
    4 * minute,
  );

  test(
    "A-99 ACM 2.16: its refusal is quoted, asked for once, and permissions are not blamed",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      const { secondary } = bench.pair;
      await bench.tasksUntil("activate");
      await installPolicy(secondary, {
        name: "no-activation",
        resource: { group: "cluster.open-cluster-management.io", plural: "restores" },
        operation: "UPDATE",
        unless: 'object.spec.veleroManagedClustersBackupName != "latest"',
        message: 'admission webhook "vrestore.kb.io" denied the request: not on this hub',
      });
      await untilTried("not on this hub");

      const ran = await bench.task("activate");

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain('admission webhook "vrestore.kb.io" denied the request: not on this hub');
      expect(ran.stderr).toContain("nothing was changed");
      expect(ran.stderr).not.toMatch(/RBAC|permission/);
      expect(await restoreWrites(secondary)).toEqual(["patch 403"]);
      expect(await restore()).toMatchObject({
        spec: { veleroManagedClustersBackupName: "skip" },
        status: { phase: "Enabled" },
      });
    },
    3 * minute,
  );
});

const activate = JSON.stringify({ spec: { veleroManagedClustersBackupName: "latest" } });

/** Until an activation that is only asked about is answered so. */
async function untilTried(answer: string): Promise<void> {
  const object = ["patch", "restores.cluster.open-cluster-management.io", passive];
  const patch = ["-n", backupNamespace, ...object, "--type=merge", "--dry-run=server", "-p", activate];
  await untilAnswered(() => bench.pair.secondary.kubectl(patch), answer);
}
