import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, effectiveTime, isInProgress, isOfType, newest } from "../../acm/backup.ts";
import { cadenceSeconds } from "../../acm/cadence.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { formatSpan } from "../../preflight/age.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, hubTimeOf, schedulesOf } from "../hub-reads.ts";
import { sinceOf } from "../schedules/backups-since.ts";
import { foreignHub } from "../schedules/prove-schedule.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { isBroken, newBackups } from "./verify-new-backups.ts";

interface Seen {
  readonly backups: readonly BackupSummary[];
  readonly schedules: readonly BackupSchedule[];
  /** ms since the epoch: backups have the times of their hub. */
  readonly hubTime: number;
}

type Plan = StepPlan<OperationMemory>;

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

/** The backup that was found had errors. */
const backupBroken = "SW-FIN-09";
/** It is gone, and there is no other. */
const backupGone = "SW-FIN-14";

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

function collision({ metadata, status }: BackupSchedule): FairleadError {
  const message = status?.lastMessage ?? "";
  return switchoverError("SW-FIN-13", {
    what: `BackupSchedule ${metadata.name} of the new hub collides`,
    why: `${foreignHub(message)} writes to the same storage${message === "" ? "" : `: ${message}`}`,
    fix: "pause the BackupSchedule of that hub and wait for its phase Paused, then resume",
  });
}

function broken({ name, phase, errors }: BackupSummary): FairleadError {
  return switchoverError(backupBroken, {
    what: `the new hub's first backup ${name} is not whole`,
    why: `phase ${phase}, ${errors} errors`,
    fix: "look at the log of Velero on the new hub, make a whole backup, then resume",
  });
}

function gone(name: string): FairleadError {
  return switchoverError(backupGone, {
    what: `the new hub's first backup ${name} is gone`,
    why: "it was deleted or has expired, and the new hub has made no other backup of its managed clusters since",
    fix: "look at the BackupSchedule and Velero of the new hub, then resume: the next backup is waited for",
  });
}

/** Velero deletes a backup when its time to live is over: then the newest one since tells whether backups work. */
interface Judged {
  readonly backup: BackupSummary;
  readonly warnings: readonly string[];
}

function judged(name: string, made: readonly BackupSummary[], all: readonly BackupSummary[]): Judged | undefined {
  const first = all.find((backup) => backup.name === name && isOfType(backup, "managedClusters"));
  if (first !== undefined) return { backup: first, warnings: [] };
  const backup = newest(made);
  if (backup === undefined) return undefined;
  const warning = `the new hub's first backup ${name} is gone, it was deleted or has expired; ${backup.name} is checked in its place`;
  return { backup, warnings: [warning] };
}

/** A run that comes back later than the next backup was due: the hub may have ceased to make any. Pure. */
function overdue(
  made: readonly BackupSummary[],
  { schedules, hubTime }: Seen,
  { tuning }: SwitchoverContext,
): FairleadError | undefined {
  const latest = newest(made);
  const cron = schedules[0]?.spec?.veleroSchedule ?? "";
  const cadence = cadenceSeconds(cron, hubTime);
  if (latest === undefined || isInProgress(latest.phase) || cadence === undefined) return undefined;
  const age = hubTime - effectiveTime(latest);
  const { backupMaxAge } = tuning;
  if (age <= ms(cadence > backupMaxAge ? cadence + backupMaxAge : backupMaxAge)) return undefined;
  return switchoverError("SW-FIN-15", {
    what: "the new hub has stopped making backups of its managed clusters",
    why: `its newest one, ${latest.name}, is ${formatSpan(age)} old, and the schedule "${cron}" makes one every ${formatSpan(ms(cadence))}`,
    fix: "look at the BackupSchedule and Velero of the new hub, and resume once it has made another backup",
  });
}

function planIntegrity(seen: Seen, context: SwitchoverContext): Plan {
  const { backups, schedules } = seen;
  const memory = context.memory();
  const collided = schedules.find((schedule) => schedule.status?.phase === "BackupCollision");
  if (collided !== undefined) return { state: "refused", error: collision(collided) };
  const name = memory.post_switchover_backups?.["managedClusters"] ?? "";
  const made = newBackups(backups, context.hubs.secondary.id, sinceOf(memory));
  const found = judged(name, made, backups);
  if (found === undefined) return { state: "refused", error: gone(name) };
  const { backup } = found;
  if (isInProgress(backup.phase)) {
    return {
      state: "act",
      note: `wait for ${backup.name}`,
      actions: [{ kind: "wait", wait: untilIntegral(context, backup.name) }],
      afterwards: "plan-again",
    };
  }
  const error = isBroken(backup) ? broken(backup) : overdue(made, seen, context);
  if (error !== undefined) return { state: "refused", error };
  const warnings = backup.warnings > 0 ? [`backup ${backup.name} has ${backup.warnings} warnings`] : [];
  return { state: "done", note: `${backup.name} is Completed`, warnings: [...found.warnings, ...warnings] };
}

/** A backup that ended with errors is no proof, nor is one that is not there any more. */
export const verifyBackupIntegrity = switchoverStep<Seen>({
  name: "verify_backup_integrity",
  title: "Check the new hub's first backup",
  onResume: "observe",
  async read(context) {
    const [backups, schedules, hubTime] = await Promise.all([
      backupsOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
      hubTimeOf(context, "secondary"),
    ]);
    return { backups, schedules, hubTime };
  },
  plan: planIntegrity,
  onFailure: async ({ text: { id } }) => (id === backupBroken || id === backupGone ? lookAgain : []),
});
