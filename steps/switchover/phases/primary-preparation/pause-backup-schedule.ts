import type { Action, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { lacksPause } from "../../acm/acm-version.ts";
import { type BackupSummary, isAcmOwned, isInProgress } from "../../acm/backup.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { backupSchedules } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import {
  acmSchedules,
  backupsOf,
  type OwnedVeleroSchedule,
  scheduleAllowanceMs,
  schedulesOf,
  veleroSchedulesOf,
  withAllowance,
} from "../hub-reads.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly backups: readonly BackupSummary[];
  readonly allowanceMs: number;
}

const quietPhases: ReadonlySet<string> = new Set(["Paused", "BackupCollision"]);

function phaseOf(schedule: BackupSchedule): string {
  return schedule.status?.phase ?? "";
}

/** Names of Velero Schedules that still make backups. */
function running(veleroSchedules: readonly OwnedVeleroSchedule[]): readonly string[] {
  return acmSchedules(veleroSchedules)
    .filter((schedule) => !schedule.paused)
    .map((schedule) => schedule.name);
}

function pauseNote(schedules: readonly BackupSchedule[], veleroSchedules: readonly OwnedVeleroSchedule[]): string {
  const loud = schedules
    .filter((schedule) => !quietPhases.has(phaseOf(schedule)))
    .map(
      (schedule) =>
        `${schedule.metadata.name} is ${phaseOf(schedule) || "without a phase"}: ${schedule.status?.lastMessage ?? ""}`,
    );
  const still = running(veleroSchedules);
  return [...loud, ...(still.length === 0 ? [] : [`Velero Schedules still running: ${still.join(", ")}`])].join("; ");
}

function isQuiet(schedules: readonly BackupSchedule[], veleroSchedules: readonly OwnedVeleroSchedule[]): boolean {
  return schedules.every((schedule) => quietPhases.has(phaseOf(schedule))) && running(veleroSchedules).length === 0;
}

function untilPaused(context: SwitchoverContext, allowanceMs: number): Wait {
  return waitOn({
    title: "waiting until the old hub's backup schedule is paused",
    sources: {
      schedules: schedulesOf.live(context, "primary"),
      veleroSchedules: veleroSchedulesOf.live(context, "primary"),
    },
    decide: ({ schedules, veleroSchedules }) =>
      isQuiet(schedules, veleroSchedules)
        ? { state: "done", note: "paused, and no Velero Schedule is left running" }
        : { state: "pending", note: pauseNote(schedules, veleroSchedules) },
    timeoutMs: ms(context.tuning.schedulePausedWait) + allowanceMs,
    onTimeout: (note) =>
      note.includes("Velero Schedules still running")
        ? switchoverError("SW-PREP-02", {
            what: "the backup schedule of the old hub did not pause",
            why: `${note}; the Velero Schedules keep running although spec.paused is true`,
            fix: "mend what the message names (storage location, ManagedServiceAccount component or cron), or delete the BackupSchedule, which is saved; then resume",
          })
        : { warning: `the backup schedule of the old hub reports no pause, but nothing runs: ${note}` },
  });
}

function untilGone(context: SwitchoverContext): Wait {
  return waitOn({
    title: "waiting until the old hub's backup schedule and its Velero Schedules are gone",
    sources: {
      schedules: schedulesOf.live(context, "primary"),
      veleroSchedules: veleroSchedulesOf.live(context, "primary"),
    },
    decide: ({ schedules, veleroSchedules }) => {
      const left = [...schedules.map((schedule) => schedule.metadata.name), ...running(veleroSchedules)];
      return left.length === 0
        ? { state: "done", note: "gone" }
        : { state: "pending", note: `still there: ${left.join(", ")}` };
    },
    timeoutMs: ms(context.tuning.scheduleDeleteWait),
  });
}

function untilIdle(context: SwitchoverContext): Wait {
  return waitOn({
    title: "waiting until no backup of the old hub is in progress",
    sources: { backups: backupsOf.live(context, "primary") },
    decide: ({ backups }) => {
      // Velero runs one Backup at a time: what was queued before the pause still runs after it, and becomes the newest.
      const busy = unfinished(backups);
      return busy.length === 0
        ? { state: "done", note: "no backup is in progress" }
        : {
            state: "pending",
            note: `in progress: ${busy.map((one) => `${one.name} (${one.phase || "queued"})`).join(", ")}`,
          };
    },
    timeoutMs: ms(context.tuning.backupInProgressWait),
  });
}

function unfinished(backups: readonly BackupSummary[]): readonly BackupSummary[] {
  return backups.filter((backup) => isAcmOwned(backup) && isInProgress(backup.phase));
}

function writes(schedules: readonly BackupSchedule[], deleting: boolean): readonly Action<OperationMemory>[] {
  const wanted = deleting ? schedules : schedules.filter((schedule) => schedule.spec?.paused !== true);
  return wanted.map(({ metadata }) => {
    const ref = { name: metadata.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) };
    const base = { target: "primary", resource: backupSchedules, ref };
    return {
      kind: "write",
      change: deleting
        ? {
            ...base,
            verb: "delete",
            summary: `delete BackupSchedule ${metadata.name} (this ACM cannot pause; it is saved)`,
          }
        : {
            ...base,
            verb: "merge-patch",
            summary: `pause BackupSchedule ${metadata.name}`,
            patch: { spec: { paused: true } },
          },
    };
  });
}

function remember(schedules: readonly BackupSchedule[]): Action<OperationMemory> {
  return {
    kind: "remember",
    note: `keep ${schedules.length} BackupSchedule(s) of the old hub`,
    // Never overwritten by a later attempt: what was there at first is what must be made again.
    update: (memory) =>
      memory.saved_backup_schedules === undefined ? { ...memory, saved_backup_schedules: schedules } : memory,
  };
}

/** Stops the old hub from making backups, so that it cannot become a second writer. Keeps what it pauses. */
export const pauseBackupSchedule = switchoverStep<Seen>({
  name: "pause_backup_schedule",
  title: "Pause the backup schedule on the old hub",
  onResume: "observe",
  async read(context) {
    const [schedules, veleroSchedules, backups, allowanceMs] = await Promise.all([
      schedulesOf.once(context, "primary"),
      veleroSchedulesOf.once(context, "primary"),
      backupsOf.once(context, "primary"),
      scheduleAllowanceMs(context, "primary"),
    ]);
    return { schedules, veleroSchedules, backups, allowanceMs };
  },
  plan({ schedules, veleroSchedules, backups, allowanceMs }, context) {
    const deleting = lacksPause(context.hubs.primary.version);
    const saved = context.memory().saved_backup_schedules !== undefined;
    if (schedules.length === 0) {
      return saved
        ? { state: "done", note: "deleted and saved by this operation" }
        : {
            state: "done",
            note: "no BackupSchedule",
            warnings: ["the old hub has no BackupSchedule: the new hub gets a default one or a template"],
          };
    }
    if (saved && !deleting && isQuiet(schedules, veleroSchedules) && unfinished(backups).length === 0) {
      return { state: "done", note: "paused, no backup in progress" };
    }
    const names = schedules.map((schedule) => schedule.metadata.name).join(", ");
    const wait = deleting ? untilGone(context) : untilPaused(context, allowanceMs);
    return {
      state: "act",
      note: deleting ? `delete ${names}` : withAllowance(`pause ${names}`, allowanceMs),
      actions: [
        remember(schedules),
        ...writes(schedules, deleting),
        { kind: "wait", wait },
        { kind: "wait", wait: untilIdle(context) },
      ],
      afterwards: "done",
    };
  },
});
