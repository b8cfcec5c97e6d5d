import type { BackupSummary } from "../../acm/backup.ts";
import { activationRestoreNames } from "../../acm/constants.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { activationUidsOf, mayHaveRestored, restoredSince } from "../../state/activation-traces.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { chooseSchedule } from "../finalization/new-schedule.ts";
import type { OwnedVeleroSchedule } from "../hub-reads.ts";
import { acmSchedules } from "../hub-reads.ts";
import type { BothHubsContext } from "../switchover-context.ts";

/**
 * How the old hub gets its backups back.
 * - `leave`: nothing was stopped, or it was paused before. - `unpause`: in place. - `recreate`: deleted and made anew,
 *   after the new hub's marker is visible: schedules that are older than it collide (to ACM 2.16).
 */
export type ReturnOfBackups =
  | { readonly way: "leave"; readonly note: string; readonly warnings: readonly string[] }
  /** `keepsVeleroSchedules`: they are there, paused, and go on (from ACM 2.15); else five new ones are made. */
  | { readonly way: "unpause"; readonly schedule: BackupSchedule; readonly keepsVeleroSchedules: boolean }
  | { readonly way: "recreate"; readonly schedule: BackupSchedule; readonly afterMarker: boolean };

/** What the new hub's restore left in the storage that both hubs share. */
export function markersOf(backups: readonly BackupSummary[], hubId: string, since = 0): readonly BackupSummary[] {
  return backups.filter(
    (backup) =>
      backup.owner.kind === "marker" && backup.owner.restoringHub === hubId && (backup.createdAt ?? since) >= since,
  );
}

/** A marker counts even where nothing was activated, as after the first of two stages: it collides all the same. */
function mayHaveMarker(backupsOfNewHub: readonly BackupSummary[] | undefined, context: BothHubsContext): boolean {
  const memory = context.memory();
  if (!mayHaveRestored(memory)) return false;
  if (backupsOfNewHub === undefined) return true;
  const ours = new Set(activationUidsOf(memory));
  const ended = (memory.archived_restores ?? []).some(
    ({ uid, name, phase }) => (ours.has(uid) || activationRestoreNames.has(name)) && phase.startsWith("Finished"),
  );
  return ended || markersOf(backupsOfNewHub, context.hubs.secondary.id, restoredSince(memory)).length > 0;
}

/** A new hub that wrote backups of its own is the newest writer: only a schedule that is made anew gets past it. */
function hasWritten(memory: OperationMemory): boolean {
  return memory.backup_schedule_enabled_at !== undefined;
}

export interface ReturnInput {
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  /** Absent where the new hub does not answer. */
  readonly backupsOfNewHub: readonly BackupSummary[] | undefined;
  /** By the schedule's own field, so that it can be unpaused. */
  readonly canPause: boolean;
}

/** Decides it from what both hubs show and what the operation remembers. Pure. */
export function decideReturn(seen: ReturnInput, context: BothHubsContext): ReturnOfBackups {
  const memory = context.memory();
  const saved = chooseSchedule(memory.saved_backup_schedules ?? []);
  if (saved === undefined) {
    return { way: "leave", note: "this operation stopped no backups of the old hub", warnings: [] };
  }
  const { name } = saved.metadata;
  if (saved.spec?.paused === true) {
    const warning = `BackupSchedule ${name} of the old hub was paused before the switchover and stays so: the old hub makes no backups`;
    return { way: "leave", note: "it was paused before", warnings: [warning] };
  }
  const existing = seen.schedules.find(({ metadata }) => metadata.name === name);
  const afterMarker = mayHaveMarker(seen.backupsOfNewHub, context);
  const collided = existing?.status?.phase === "BackupCollision";
  if (existing === undefined || afterMarker || collided || hasWritten(memory) || !seen.canPause) {
    return { way: "recreate", schedule: existing ?? saved, afterMarker };
  }
  const own = acmSchedules(seen.veleroSchedules).filter(({ ownerUid }) => ownerUid === existing.metadata.uid);
  return { way: "unpause", schedule: existing, keepsVeleroSchedules: own.length > 0 };
}
