import type { Action, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, isInProgress, isOfType } from "../../acm/backup.ts";
import { cadenceSeconds } from "../../acm/cadence.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, schedulesOf } from "../hub-reads.ts";
import { giveFlagsBack } from "../schedules/give-flags-back.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly backups: readonly BackupSummary[];
  readonly schedules: readonly BackupSchedule[];
}

const slackMs = 1000;

/** One that has ended, and lacks something. */
function isBroken({ phase, errors }: BackupSummary): boolean {
  return !isInProgress(phase) && (phase !== "Completed" || errors > 0);
}

/**
 * The earliest managed-clusters backup that began after the schedule was enabled and did not fail. One with errors
 * counts only while there is no better one: whoever made a whole one after it can go on. Pure.
 */
export function firstNewBackup(
  backups: readonly BackupSummary[],
  hubId: string,
  enabledAt: number,
): BackupSummary | undefined {
  const begun = (backup: BackupSummary): number => backup.completedAt ?? backup.startedAt ?? backup.createdAt ?? 0;
  const candidates = backups
    .filter((backup) => isOfType(backup, "managedClusters") && backup.producer === hubId)
    .filter(
      (backup) => begun(backup) >= enabledAt - slackMs && (backup.phase === "Completed" || isInProgress(backup.phase)),
    )
    .toSorted((a, b) => begun(a) - begun(b));
  return candidates.find((backup) => !isBroken(backup)) ?? candidates[0];
}

function enabledAt(memory: OperationMemory): number {
  return Date.parse(memory.backup_schedule_enabled_at ?? "") || 0;
}

function timeoutMs(schedule: BackupSchedule | undefined, context: SwitchoverContext): number {
  const cadence = cadenceSeconds(schedule?.spec?.veleroSchedule ?? "", context.clock.now()) ?? 0;
  const { backupVerify, backupVerifyMax } = context.tuning;
  return ms(Math.min(Math.max(backupVerify, cadence), Math.max(backupVerify, backupVerifyMax)));
}

function untilNew(seen: Seen, context: SwitchoverContext): Wait {
  const since = enabledAt(context.memory());
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
    const found = firstNewBackup(seen.backups, context.hubs.secondary.id, enabledAt(memory));
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

function untilIntegral(context: SwitchoverContext, name: string): Wait {
  return waitOn({
    title: `waiting until backup ${name} has ended`,
    sources: { backups: backupsOf.live(context, "secondary") },
    decide: ({ backups }) => {
      const backup = backups.find((candidate) => candidate.name === name);
      return backup === undefined || !isInProgress(backup.phase)
        ? { state: "done", note: backup?.phase ?? "gone" }
        : { state: "pending", note: `${name} is ${backup.phase || "queued"}` };
    },
    timeoutMs: ms(context.tuning.backupInProgressWait),
    pollMs: ms(context.tuning.backupPoll),
  });
}

/** Another backup is to be looked for: the one that was found proves nothing. */
const backupBroken = "SW-FIN-09";

/** In this order: a run that is killed in between looks for a backup again, too, and takes what it finds. */
const lookAgain: readonly Action<OperationMemory>[] = [
  { kind: "forget", step: "verify_new_backups", note: "its backup is no proof" },
  {
    kind: "remember",
    note: "another backup of the new hub is looked for",
    update: ({ post_switchover_backups: found, ...memory }) => {
      const { ["managedClusters"]: _broken, ...others } = found ?? {};
      return { ...memory, new_backup_detected: false, post_switchover_backups: others };
    },
  },
];

/** A backup that ended with errors is no proof. */
export const verifyBackupIntegrity = switchoverStep<Seen>({
  name: "verify_backup_integrity",
  title: "Check the new hub's first backup",
  onResume: "observe",
  async read(context) {
    const [backups, schedules] = await Promise.all([
      backupsOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
    ]);
    return { backups, schedules };
  },
  plan({ backups, schedules }, context) {
    const name = context.memory().post_switchover_backups?.["managedClusters"] ?? "";
    const backup = backups.find((candidate) => candidate.name === name);
    const collision = schedules.find((schedule) => schedule.status?.phase === "BackupCollision");
    if (collision !== undefined) {
      return {
        state: "refused",
        error: switchoverError("SW-FIN-13", {
          what: `BackupSchedule ${collision.metadata.name} of the new hub collides`,
          why: collision.status?.lastMessage ?? "another hub writes to the same storage",
          fix: "pause the BackupSchedule of that hub and wait for its phase Paused, then resume",
        }),
      };
    }
    if (backup === undefined) {
      return { state: "done", note: "checked", warnings: [`backup ${name} is gone: it was pruned`] };
    }
    if (isInProgress(backup.phase)) {
      return {
        state: "act",
        note: `wait for ${name}`,
        actions: [{ kind: "wait", wait: untilIntegral(context, name) }],
        afterwards: "plan-again",
      };
    }
    if (isBroken(backup)) {
      return {
        state: "refused",
        error: switchoverError(backupBroken, {
          what: `the new hub's first backup ${name} is not whole`,
          why: `phase ${backup.phase}, ${backup.errors} errors`,
          fix: "look at the log of Velero on the new hub, make a whole backup, then resume",
        }),
      };
    }
    const warnings = backup.warnings > 0 ? [`backup ${name} has ${backup.warnings} warnings`] : [];
    return { state: "done", note: `${name} is Completed`, warnings };
  },
  onFailure: async (error) => (error.text.id === backupBroken ? lookAgain : []),
});
