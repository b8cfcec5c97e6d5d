import type { Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, effectiveTime, isInProgress, isOfType } from "../../acm/backup.ts";
import { cadenceSeconds } from "../../acm/cadence.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, schedulesOf } from "../hub-reads.ts";
import { type BackupsSince, isSince, sinceOf } from "../schedules/backups-since.ts";
import { giveFlagsBack } from "../schedules/give-flags-back.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly backups: readonly BackupSummary[];
  readonly schedules: readonly BackupSchedule[];
}

/** One that has ended, and lacks something. Pure. */
export function isBroken({ phase, errors }: BackupSummary): boolean {
  return !isInProgress(phase) && (phase !== "Completed" || errors > 0);
}

/** Managed-clusters backups of a hub since its schedule was enabled, earliest first. Pure. */
export function newBackups(
  backups: readonly BackupSummary[],
  hubId: string,
  since: BackupsSince,
): readonly BackupSummary[] {
  return backups
    .filter((backup) => isOfType(backup, "managedClusters") && backup.producer === hubId)
    .filter((backup) => isSince(backup.name, effectiveTime(backup), since))
    .toSorted((a, b) => effectiveTime(a) - effectiveTime(b));
}

/**
 * The earliest of them that did not fail. One with errors counts only while there is no better one: whoever made a
 * whole one after it can go on. Pure.
 */
export function firstNewBackup(
  backups: readonly BackupSummary[],
  hubId: string,
  since: BackupsSince,
): BackupSummary | undefined {
  const candidates = newBackups(backups, hubId, since).filter(
    ({ phase }) => phase === "Completed" || isInProgress(phase),
  );
  return candidates.find((backup) => !isBroken(backup)) ?? candidates[0];
}

function timeoutMs(schedule: BackupSchedule | undefined, context: SwitchoverContext): number {
  const cadence = cadenceSeconds(schedule?.spec?.veleroSchedule ?? "", context.clock.now()) ?? 0;
  const { backupVerify, backupVerifyMax } = context.tuning;
  return ms(Math.min(Math.max(backupVerify, cadence), Math.max(backupVerify, backupVerifyMax)));
}

function untilNew(seen: Seen, context: SwitchoverContext): Wait {
  const since = sinceOf(context.memory());
  return waitOn({
    title: "waiting for the first backup of the managed clusters by the new hub",
    sources: { backups: backupsOf.live(context, "secondary") },
    decide: ({ backups }) => {
      const found = firstNewBackup(backups, context.hubs.secondary.id, since);
      return found === undefined
        ? { state: "pending", note: "no managed-clusters backup by the new hub yet" }
        : { state: "done", note: found.name };
    },
    timeoutMs: timeoutMs(seen.schedules[0], context),
    pollMs: ms(context.tuning.backupPoll),
    onTimeout: (note) =>
      switchoverError(
        "SW-FIN-08",
        {
          what: "the new hub made no backup of its managed clusters",
          why: note,
          fix: "look at the BackupSchedule and Velero of the new hub, then resume",
        },
        "timeout",
      ),
  });
}

/** The new hub is authoritative only once it has made a backup of the clusters itself. */
export const verifyNewBackups = switchoverStep<Seen>({
  name: "verify_new_backups",
  title: "Wait for the new hub's first backup",
  onResume: "trust-record",
  async read(context) {
    const [backups, schedules] = await Promise.all([
      backupsOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
    ]);
    return { backups, schedules };
  },
  plan(seen, context) {
    const memory = context.memory();
    const found = firstNewBackup(seen.backups, context.hubs.secondary.id, sinceOf(memory));
    if (found === undefined) {
      return {
        state: "act",
        note: "wait for a backup",
        actions: [{ kind: "wait", wait: untilNew(seen, context) }],
        afterwards: "plan-again",
      };
    }
    return {
      state: "act",
      note: `first backup is ${found.name}`,
      actions: [
        ...giveFlagsBack(seen.schedules, context, onNewHub),
        {
          kind: "remember",
          note: `the new hub's first backup is ${found.name}`,
          update: (before) => ({
            ...before,
            new_backup_detected: true,
            post_switchover_backups: { ...before.post_switchover_backups, managedClusters: found.name },
          }),
        },
      ],
      afterwards: "done",
    };
  },
});
