import { writeNotKept } from "../../../lib/phase/apply-change.ts";
import type { Action, Change, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, isAcmOwned, isInProgress } from "../../acm/backup.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { backupSchedules } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { acmSchedules, backupsOf, type OwnedVeleroSchedule, schedulesOf, veleroSchedulesOf } from "../hub-reads.ts";
import { hubWords } from "../hub-words.ts";
import { type HubStepContext, ms } from "../switchover-context.ts";

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

/** Paused or collided, and no Velero Schedule makes backups. */
export function isQuiet(
  schedules: readonly BackupSchedule[],
  veleroSchedules: readonly OwnedVeleroSchedule[],
): boolean {
  return schedules.every((schedule) => quietPhases.has(phaseOf(schedule))) && running(veleroSchedules).length === 0;
}

function untilPaused<H extends HubName>(context: HubStepContext<H>, hub: H, allowanceMs: number): Wait {
  return waitOn({
    title: `waiting until the ${hubWords[hub]}'s backup schedule is paused`,
    sources: {
      schedules: schedulesOf.live(context, hub),
      veleroSchedules: veleroSchedulesOf.live(context, hub),
    },
    decide: ({ schedules, veleroSchedules }) =>
      isQuiet(schedules, veleroSchedules)
        ? { state: "done", note: "paused, and no Velero Schedule is left running" }
        : { state: "pending", note: pauseNote(schedules, veleroSchedules) },
    timeoutMs: ms(context.tuning.schedulePausedWait) + allowanceMs,
    onTimeout: (note) =>
      note.includes("Velero Schedules still running")
        ? switchoverError("SW-PREP-02", {
            what: `the backup schedule of the ${hubWords[hub]} did not pause`,
            why: `${note}; the Velero Schedules keep running although spec.paused is true`,
            fix: "mend what the message names (storage location, ManagedServiceAccount component or cron), or delete the BackupSchedule, which is saved; then resume",
          })
        : { warning: `the backup schedule of the ${hubWords[hub]} reports no pause, but nothing runs: ${note}` },
  });
}

function untilGone<H extends HubName>(context: HubStepContext<H>, hub: H): Wait {
  return waitOn({
    title: `waiting until the ${hubWords[hub]}'s backup schedule and its Velero Schedules are gone`,
    sources: {
      schedules: schedulesOf.live(context, hub),
      veleroSchedules: veleroSchedulesOf.live(context, hub),
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

function untilIdle<H extends HubName>(context: HubStepContext<H>, hub: H): Wait {
  return waitOn({
    title: `waiting until no backup of the ${hubWords[hub]} is in progress`,
    sources: { backups: backupsOf.live(context, hub) },
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

/** Backups that Velero may still work on. */
export function unfinished(backups: readonly BackupSummary[]): readonly BackupSummary[] {
  return backups.filter((backup) => isAcmOwned(backup) && isInProgress(backup.phase));
}

type Write = Extract<Action<OperationMemory>, { kind: "write" }>;

function deletion(hub: HubName, { metadata }: BackupSchedule): Change {
  return {
    ...placeOf(hub, metadata),
    verb: "delete",
    ...(metadata.uid === undefined ? {} : { precondition: { uid: metadata.uid } }),
    summary: `delete BackupSchedule ${metadata.name} (this ACM cannot pause; it is saved)`,
  };
}

function pause(hub: HubName, schedule: BackupSchedule): Write {
  const { metadata } = schedule;
  return {
    kind: "write",
    change: {
      ...placeOf(hub, metadata),
      verb: "merge-patch",
      summary: `pause BackupSchedule ${metadata.name}`,
      patch: { spec: { paused: true } },
    },
    // An API server prunes a field that its definition lacks, and says nothing.
    orElse: (error) =>
      error.text.id === writeNotKept
        ? {
            warning: `BackupSchedule ${metadata.name} of the ${hubWords[hub]} did not keep spec.paused: it is deleted instead, and made anew from what is saved`,
            instead: deletion(hub, schedule),
          }
        : undefined,
  };
}

function placeOf(hub: HubName, { name, namespace }: BackupSchedule["metadata"]) {
  const ref = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { target: hub, resource: backupSchedules, ref };
}

function writes(hub: HubName, schedules: readonly BackupSchedule[], deleting: boolean): readonly Write[] {
  if (deleting) return schedules.map((schedule) => ({ kind: "write", change: deletion(hub, schedule) }));
  return schedules.filter(({ spec }) => spec?.paused !== true).map((schedule) => pause(hub, schedule));
}

/** What a pause is planned from. */
export interface PauseSeen {
  readonly schedules: readonly BackupSchedule[];
  readonly allowanceMs: number;
  readonly canPause: boolean;
}

/**
 * Stops a hub from making backups: pauses its schedules, or deletes them where its ACM cannot pause (they must be saved
 * then), and waits until no backup is under way.
 */
export function pauseSchedules<H extends HubName>(
  context: HubStepContext<H>,
  hub: H,
  { schedules, allowanceMs, canPause }: PauseSeen,
): readonly Action<OperationMemory>[] {
  const deleting = !canPause;
  const wait = deleting ? untilGone(context, hub) : untilPaused(context, hub, allowanceMs);
  return [...writes(hub, schedules, deleting), { kind: "wait", wait }, { kind: "wait", wait: untilIdle(context, hub) }];
}
