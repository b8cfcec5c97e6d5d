import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, Seen as Look, Wait, WaitTime } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, newestOfType } from "../../acm/backup.ts";
import { validationCause } from "../../acm/backup-schedule.ts";
import { veleroScheduleName } from "../../acm/constants.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { Grace } from "../grace.ts";
import { acmSchedules, backupsOf, type OwnedVeleroSchedule, schedulesOf, veleroSchedulesOf } from "../hub-reads.ts";
import { type HubStepContext, ms } from "../switchover-context.ts";
import { type BackupsSince, isSince, sinceOf } from "./backups-since.ts";
import { notEnabled } from "./make-schedule.ts";
import type { ScheduleRole } from "./schedule-role.ts";

interface Health {
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly backups: readonly BackupSummary[];
}

/** The phase of a schedule that has collided: the planner makes it anew. */
export const collided = "BackupCollision";

/** An own resources backup that began after the schedule was enabled and is the newest of all. Pure. */
export function hasOwnBackup(backups: readonly BackupSummary[], hubId: string, since: BackupsSince): boolean {
  const newest = newestOfType(backups, "resources");
  return newest?.producer === hubId && isSince(newest.name, newest.startedAt ?? 0, since);
}

/**
 * The operator's first effective look at a collision comes five minutes after the Velero Schedules were made. Pure.
 *
 * @param now hub time: the server stamped the schedules by its own clock
 */
export function collisionWasChecked(
  veleroSchedules: readonly OwnedVeleroSchedule[],
  afterSeconds: number,
  now: number,
): boolean {
  const created = acmSchedules(veleroSchedules).map((schedule) => schedule.createdAt);
  return created.length > 0 && now - Math.max(...created) >= ms(afterSeconds);
}

/** After an unpause the operator looks for a collision first and lets its Velero Schedules run then (from ACM 2.15). Pure. */
export function unpauseArrived(veleroSchedules: readonly OwnedVeleroSchedule[]): boolean {
  const own = acmSchedules(veleroSchedules);
  return own.length === Object.keys(veleroScheduleName).length && own.every((schedule) => !schedule.paused);
}

interface Proof<H extends HubName> {
  readonly context: HubStepContext<H>;
  readonly role: ScheduleRole<H>;
  readonly clockOffsetMs: number;
}

function judgeInvalid(phase: string, message: string, overGrace: boolean, role: ScheduleRole): Look {
  const cause = validationCause(message);
  // A bad cron waits for an edit; a missing component deletes tokens meanwhile: neither gets better by waiting.
  const atOnce = phase === "FailedValidation" && (cause === "cron" || cause === "managed-service-account");
  const note = `phase is ${phase}: ${message}`;
  return atOnce || overGrace ? { state: "failed", error: unhealthy(note, role) } : { state: "pending", note };
}

function judgeProof<H extends HubName>(live: Health, phase: string, time: WaitTime, proof: Proof<H>): Look {
  const { context, role, clockOffsetMs } = proof;
  const progress = role.progress(context.memory());
  const kept = progress.velero_schedules_kept === true;
  // Schedules that are kept make their next backup at their own time, which may be hours away.
  const own = kept || hasOwnBackup(live.backups, context.hubs[role.hub].id, sinceOf(progress));
  const checked = kept
    ? unpauseArrived(live.veleroSchedules)
    : collisionWasChecked(live.veleroSchedules, context.tuning.collisionCheckAfter, time.now + clockOffsetMs);
  if (phase === "Enabled" && own && checked) {
    return {
      state: "done",
      note: kept ? "Enabled, collision check passed" : "Enabled, first own backup begun, collision check passed",
    };
  }
  const missing = [
    ...(own ? [] : ["its first resources backup has not begun"]),
    ...(checked
      ? []
      : [kept ? "its Velero Schedules do not all run yet" : "the first collision check is still to come"]),
  ];
  return { state: "pending", note: `phase ${phase || "empty"}; ${missing.join(", ")}` };
}

function judgeHealth<H extends HubName>(live: Health, time: WaitTime, proof: Proof<H>, grace: Grace): Look {
  const schedule = proof.role.pick(live.schedules, proof.context.memory());
  const phase = schedule?.status?.phase ?? "";
  const message = schedule?.status?.lastMessage ?? "";
  if (phase === collided) {
    return { state: "done", note: `${collided}: ${message}` };
  }
  // It was made unpaused: waiting would not change what somebody did on purpose.
  if (schedule?.spec?.paused === true) {
    return { state: "failed", error: notEnabled(schedule, proof.role) };
  }
  if (phase === "FailedValidation" || phase === "Failed") {
    return judgeInvalid(phase, message, grace.isOver(time), proof.role);
  }
  grace.reset();
  return judgeProof(live, phase, time, proof);
}

/** The schedule will not work by itself. */
export function unhealthy(why: string, role: ScheduleRole): FairleadError {
  return switchoverError("SW-FIN-06", {
    what: `the ${role.words}'s BackupSchedule does not work`,
    why,
    fix: `mend what the message names on the ${role.words}, then resume`,
  });
}

/** What a wait for the proof takes from the look before it. */
interface WatchedBy {
  readonly allowanceMs: number;
  readonly clockOffsetMs: number;
}

function untilHealthy<H extends HubName>(context: HubStepContext<H>, role: ScheduleRole<H>, seen: WatchedBy): Wait {
  const { allowanceMs, clockOffsetMs } = seen;
  const grace = new Grace(ms(context.tuning.errorGrace) + allowanceMs);
  return waitOn({
    title: `waiting until the ${role.words}'s backup schedule has proved itself`,
    sources: {
      schedules: schedulesOf.live(context, role.hub),
      veleroSchedules: veleroSchedulesOf.live(context, role.hub),
      backups: backupsOf.live(context, role.hub),
    },
    decide: (live, time) => judgeHealth(live, time, { context, role, clockOffsetMs }, grace),
    timeoutMs: ms(context.tuning.scheduleHealthyWait) + allowanceMs,
    pollMs: 5000,
    onTimeout: (note) =>
      note.startsWith("phase Enabled")
        ? { warning: `the ${role.words}'s BackupSchedule is Enabled, without the last proof: ${note}` }
        : unhealthy(`${note}; Velero or the backup operator of the ${role.words} may not be working`, role),
  });
}

/** Waits for the proof, once. */
export function watchSchedule<H extends HubName>(
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
  seen: WatchedBy,
): readonly Action<OperationMemory>[] {
  return [
    { kind: "wait", wait: untilHealthy(context, role, seen) },
    {
      kind: "remember",
      note: "the schedule was watched",
      update: (memory) => role.keep(memory, { schedule_watched: true }),
    },
  ];
}
