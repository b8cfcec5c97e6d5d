import { type BackupSummary, effectiveTime } from "../../acm/backup.ts";
import { timestampGranularityMs } from "../../acm/timestamp.ts";
import type { ScheduleProgress } from "../../state/operation-memory.ts";

/** From when on the backups of a hub are those of the schedule that was enabled there. */
export interface BackupsSince {
  /** Hub time, ms since the epoch. */
  readonly enabledAt: number;
  /** Names of the hub's youngest backups of then. Absent where an older release began the operation. */
  readonly before?: readonly string[];
}

/**
 * Velero stamps its backups by the clock of its node, which need not be quite that of the hub's API server. What is
 * older than that can explain is no new backup: Velero copies old ones back from the storage.
 */
const clockDifferenceMs = 600_000;

/** What the operation remembers of it. Pure. */
export function sinceOf({
  backup_schedule_enabled_at: at,
  backups_before_schedule: before,
}: ScheduleProgress): BackupsSince {
  return { enabledAt: Date.parse(at ?? "") || 0, ...(before === undefined ? {} : { before }) };
}

/** Whether a backup of that name and time is one of the schedule. Pure. */
export function isSince(name: string, time: number, { enabledAt, before }: BackupsSince): boolean {
  if (time >= enabledAt - timestampGranularityMs) return true;
  return before !== undefined && time >= enabledAt - clockDifferenceMs && !before.includes(name);
}

/**
 * The backups of a hub that could be taken for new ones. Pure.
 *
 * @param hubTime when the schedule is enabled, ms since the epoch
 */
export function backupsBefore(backups: readonly BackupSummary[], hubId: string, hubTime: number): readonly string[] {
  return backups
    .filter((backup) => backup.producer === hubId && effectiveTime(backup) >= hubTime - clockDifferenceMs)
    .map(({ name }) => name);
}
