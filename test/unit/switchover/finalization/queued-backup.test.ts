import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSummary } from "../../../../steps/switchover/acm/backup.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import { fixBackupCollision } from "../../../../steps/switchover/phases/finalization/fix-backup-collision.ts";
import { queuedBackup } from "../../../../steps/switchover/phases/finalization/queued-backup.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";

const hubId = "new-hub";
const sameStorage = "Backup x, from cluster with id [old-hub] is using the same storage location.";
const restored = "Hub with id [old-hub] had run a restore managed cluster operation, see [acm-restore-clusters-1].";

function backup(changes: Partial<BackupSummary> = {}): BackupSummary {
  return {
    name: "acm-resources-schedule-20260101000000",
    owner: { kind: "schedule", type: "resources", by: "label" },
    phase: "Queued",
    createdAt: 1,
    startedAt: undefined,
    completedAt: undefined,
    storageLocation: "default",
    producer: hubId,
    errors: 0,
    warnings: 0,
    ...changes,
  };
}

function planned(backups: readonly BackupSummary[], lastMessage = sameStorage, recreations = 0) {
  const schedule: BackupSchedule = {
    metadata: { name: "acm-hub-backup", namespace: "backup", uid: "1" },
    spec: { veleroSchedule: "0 */4 * * *", useManagedServiceAccount: true },
    status: { phase: "BackupCollision", lastMessage },
  };
  // What the planner of this step looks at; the waits that it plans are not begun.
  const context = {
    clients: { primary: { name: "primary" }, secondary: { name: "secondary" } },
    hubs: { secondary: { id: hubId, version: acmVersion("2.16.1") } },
    namespaces: { backup: "backup" },
    tuning: { scheduleDeleteWait: 1, scheduleHealthyWait: 1, deleteRequest: 1, errorGrace: 1, backupVerify: 600 },
    memory: () => ({ created_schedule: { name: "acm-hub-backup", recreations, suppressed: {} } }),
  } as unknown as SwitchoverContext;
  return fixBackupCollision.plan(
    { schedules: [schedule], veleroSchedules: [], backups, allowanceMs: 0, component: "enabled" },
    context,
  );
}

describe("A-97 a schedule that collided while its own resources backup stands in Velero's queue", () => {
  test("is made anew only after that backup has started", () => {
    expect(planned([backup()])).toMatchObject({
      note: "make BackupSchedule acm-hub-backup anew",
      actions: [
        { kind: "wait", wait: { title: "waiting until the new hub's first resources backup has begun" } },
        { kind: "remember" },
        { kind: "write", change: { verb: "delete" } },
        { kind: "wait" },
      ],
      afterwards: "plan-again",
    });
    expect(planned([backup({ phase: "InProgress", startedAt: 5 })])).toMatchObject({
      actions: [{ kind: "remember" }, { kind: "write", change: { verb: "delete" } }, { kind: "wait" }],
    });
  });

  test("is waited for by a run that resumes after it was made anew once, too", () => {
    expect(planned([backup()], sameStorage, 1)).toMatchObject({ state: "act", actions: [{ kind: "wait" }] });
  });

  test("is made anew at once when it collided because the other hub restored", () => {
    expect(planned([backup()], restored)).toMatchObject({ note: "make BackupSchedule acm-hub-backup anew" });
  });
});

describe("a backup that stands in the queue", () => {
  test.each([
    ["has not been looked at by Velero", backup({ phase: "" }), true],
    ["is Queued", backup(), true],
    ["has started", backup({ phase: "InProgress", startedAt: 7 }), false],
    ["failed validation without a start", backup({ phase: "FailedValidation" }), false],
    ["is another hub's", backup({ producer: "old-hub" }), false],
    ["holds no resources", backup({ owner: { kind: "schedule", type: "credentials", by: "label" } }), false],
  ])("%s: %#", (_what, candidate, counts) => {
    expect(queuedBackup([candidate], hubId) !== undefined).toBe(counts);
  });
});
