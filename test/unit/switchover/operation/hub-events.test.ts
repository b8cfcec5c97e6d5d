import { describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { PhaseEvent } from "../../../../steps/lib/phase/types.ts";
import { hubEventsOf } from "../../../../steps/switchover/operation/hub-events.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";

const memory: OperationMemory = {
  saved_backup_schedules: [{ metadata: { name: "acm-hub-backup", namespace: "backup", uid: "1" } }],
  activation: {
    restoreName: "restore-acm-passive-sync",
    restoreUid: "2",
    expectedManagedClustersBackup: "acm-managed-clusters-schedule-20260101000000",
    appliedAt: 0,
  },
  created_schedule: { name: "acm-hub-backup", recreations: 0, suppressed: {} },
  rollback: {
    scope: "full",
    schedule: { created_schedule: { name: "acm-hub-backup", recreations: 0, suppressed: {} } },
  },
};

function done(step: string): PhaseEvent {
  return { type: "step-done", phase: "finalization", step, note: "as planned", durationMs: 1 };
}

function failed(phase: string): PhaseEvent {
  const error = new FairleadError({ id: "SW-ACT-12", what: "it failed", why: "no storage", fix: "mend it" });
  return { type: "step-failed", phase, step: "wait_restore_completion", error };
}

function brief(event: PhaseEvent, known: OperationMemory = memory): readonly string[] {
  return hubEventsOf(event, known, "backup").map(
    ({ hub, resource, ref, text }) =>
      `${text.type} ${text.reason} ${hub} ${resource.kind} ${ref.namespace}/${ref.name}`,
  );
}

describe("the Events of a switchover", () => {
  test.each([
    ["pause_backup_schedule", "Normal BackupsPaused primary BackupSchedule backup/acm-hub-backup"],
    ["activate_managed_clusters", "Normal FleetActivated secondary Restore backup/restore-acm-passive-sync"],
    ["fix_backup_collision", "Normal BackupsEnabled secondary BackupSchedule backup/acm-hub-backup"],
    ["rb_delete_activation_restore", "Normal ActivationTakenBack secondary Restore backup/restore-acm-passive-sync"],
    ["rb_enable_backup_schedule", "Normal BackupsRestored primary BackupSchedule backup/acm-hub-backup"],
    ["handle_old_hub", "Normal PassiveSyncStarted primary Restore backup/restore-acm-passive-sync"],
  ])("tell of %s beside the object that it changed", (step, expected) => {
    expect(brief(done(step))).toEqual([expected]);
  });

  test.each([
    ["primary_preparation", "Warning SwitchoverFailed primary BackupSchedule backup/acm-hub-backup"],
    ["activation", "Warning SwitchoverFailed secondary Restore backup/restore-acm-passive-sync"],
    ["finalization", "Warning SwitchoverFailed secondary BackupSchedule backup/acm-hub-backup"],
  ])("tell of a failure in %s beside the object that it concerns, with its id", (phase, expected) => {
    expect(brief(failed(phase))).toEqual([expected]);
    const [event] = hubEventsOf(failed(phase), memory, "backup");
    expect(event?.text.note).toBe("switchover: SW-ACT-12 in step wait_restore_completion: it failed: no storage");
  });

  test("say nothing of what was done before, of other steps, and of objects that are not known yet", () => {
    expect(brief({ type: "step-already-done", phase: "activation", step: "pause_backup_schedule", note: "" })).toEqual(
      [],
    );
    expect(brief(done("verify_new_backups"))).toEqual([]);
    expect(brief(done("activate_managed_clusters"), {})).toEqual([]);
    expect(brief(failed("activation"), {})).toEqual([]);
  });
});
