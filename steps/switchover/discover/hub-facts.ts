import { restorePhaseGroup } from "../acm/acm-restore.ts";
import type { AcmRestore, BackupSchedule } from "../acm/hub-objects.ts";
import { parseTime } from "../acm/timestamp.ts";

/** What the BackupSchedule of a hub does. `other`: a phase that says that it does not work. */
export type BackupState =
  | { readonly state: "none" }
  | { readonly state: "active" | "paused" | "collision" | "other"; readonly name: string; readonly phase: string };

/** What the newest ACM Restore of a hub does. */
export type RestoreState =
  | { readonly state: "none" }
  | {
      readonly state: "passive-sync" | "passive-sync-error" | "finished" | "in-progress" | "failed";
      readonly name: string;
      readonly phase: string;
    };

/** Phases of a schedule that makes backups or is about to. */
const working: ReadonlySet<string> = new Set(["", "New", "Unknown", "Enabled"]);

/** A second BackupSchedule is `Failed` because the first owns the Velero Schedules: any other tells more. Pure. */
export function backupState(schedules: readonly BackupSchedule[]): BackupState {
  const schedule = schedules.find(({ status }) => status?.phase !== "Failed") ?? schedules[0];
  if (schedule === undefined) {
    return { state: "none" };
  }
  const phase = schedule.status?.phase ?? "";
  const named = { name: schedule.metadata.name, phase };
  if (phase === "BackupCollision") {
    return { state: "collision", ...named };
  }
  if (phase === "Paused" || schedule.spec?.paused === true) {
    return { state: "paused", ...named };
  }
  return { state: working.has(phase) ? "active" : "other", ...named };
}

/** Pure. */
export function restoreState(restores: readonly AcmRestore[]): RestoreState {
  const newest = newestRestore(restores);
  if (newest === undefined) {
    return { state: "none" };
  }
  const phase = newest.status?.phase ?? "";
  return {
    state: stateOf(phase, newest.spec?.syncRestoreWithNewBackups === true),
    name: newest.metadata.name,
    phase,
  };
}

/** By creation; one that says nothing about it counts as oldest. */
export function newestRestore(restores: readonly AcmRestore[]): AcmRestore | undefined {
  return restores.toSorted(
    (a, b) => (parseTime(b.metadata.creationTimestamp) ?? 0) - (parseTime(a.metadata.creationTimestamp) ?? 0),
  )[0];
}

function stateOf(phase: string, syncs: boolean): Exclude<RestoreState["state"], "none"> {
  switch (restorePhaseGroup(phase)) {
    case "enabled":
      return syncs ? "passive-sync" : "in-progress";
    case "finished":
      return syncs ? "passive-sync" : "finished";
    case "in-progress":
      return "in-progress";
    case "finished-with-errors":
      return syncs ? "passive-sync-error" : "finished";
    case "enabled-with-errors":
    case "error":
      return syncs ? "passive-sync-error" : "failed";
  }
}
