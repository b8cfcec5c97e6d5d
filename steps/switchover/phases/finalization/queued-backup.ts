import type { Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, isInProgress, isOfType } from "../../acm/backup.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import { backupsOf } from "../hub-reads.ts";
import type { ScheduleRole } from "../schedules/schedule-role.ts";
import { type HubStepContext, ms } from "../switchover-context.ts";

/**
 * The first resources backup of a hub that still stands in Velero's queue. The operator compares starts: until this one
 * has started, the other hub's is the newest, and a schedule that is made anew collides again (ACM up to 2.16). Pure.
 *
 * @param hubId ClusterVersion id of the hub whose schedule made it
 */
export function queuedBackup(backups: readonly BackupSummary[], hubId: string): BackupSummary | undefined {
  return backups.find(
    (backup) =>
      isOfType(backup, "resources") &&
      backup.producer === hubId &&
      backup.startedAt === undefined &&
      isInProgress(backup.phase),
  );
}

/** Whether the operator says that another hub's backup is the newest in the storage. Its text, ACM 2.11 to 2.17. Pure. */
export function isForeignStorage(message: string): boolean {
  return message.includes("is using the same storage location");
}

/** Velero runs one Backup at a time, and looks at its queue once a minute (1.18). */
export function untilStarted<H extends HubName>(context: HubStepContext<H>, role: ScheduleRole<H>): Wait {
  return waitOn({
    title: `waiting until the ${role.words}'s first resources backup has begun`,
    sources: { backups: backupsOf.live(context, role.hub) },
    decide: ({ backups }) => {
      const queued = queuedBackup(backups, context.hubs[role.hub].id);
      return queued === undefined
        ? { state: "done", note: "it has begun" }
        : { state: "pending", note: `${queued.name} is ${queued.phase || "not looked at by Velero yet"}` };
    },
    timeoutMs: ms(context.tuning.backupVerify),
    // It may be another hub that writes all the time: a schedule made anew shows which.
    onTimeout: (note) => ({
      warning: `Velero of the ${role.words} does not begin the first resources backup: ${note}; until it has begun, the ${role.words}'s BackupSchedule collides with the backups of the other hub`,
    }),
  });
}
