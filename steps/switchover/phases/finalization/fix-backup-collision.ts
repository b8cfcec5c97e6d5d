import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, Seen as Look, StepPlan, Wait, WaitTime } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, newestOfType } from "../../acm/backup.ts";
import { validationCause } from "../../acm/backup-schedule.ts";
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
import { createSchedule, notEnabled, orphans, untilNoOrphans } from "./enable-backup-schedule.ts";
import { scheduleToCreate, suppressedFlags } from "./new-schedule.ts";
import { isForeignStorage, queuedBackup, untilStarted } from "./queued-backup.ts";

interface Seen {
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly backups: readonly BackupSummary[];
  readonly allowanceMs: number;
}

type Plan = StepPlan<OperationMemory>;

interface Health {
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly backups: readonly BackupSummary[];
}

// Timestamps of objects have whole seconds.
const timestampGranularityMs = 1000;

/** Marks the note of a schedule that has collided: the planner makes it anew. */
const collided = "BackupCollision";

/** An own resources backup that began after the schedule was enabled and is the newest of all. Pure. */
export function hasOwnBackup(backups: readonly BackupSummary[], hubId: string, enabledAt: number): boolean {
  const newest = newestOfType(backups, "resources");
  return newest?.producer === hubId && (newest.startedAt ?? 0) >= enabledAt - timestampGranularityMs;
}

/** The operator's first effective look at a collision comes five minutes after the Velero Schedules were made. Pure. */
export function collisionWasChecked(
  veleroSchedules: readonly OwnedVeleroSchedule[],
  afterSeconds: number,
  now: number,
): boolean {
  const created = acmSchedules(veleroSchedules).map((schedule) => schedule.createdAt);
  return created.length > 0 && now - Math.max(...created) >= ms(afterSeconds);
}

function judgeInvalid(phase: string, message: string, overGrace: boolean): Look {
  const cause = validationCause(message);
  // A bad cron waits for an edit; a missing component deletes tokens meanwhile: neither gets better by waiting.
  const atOnce = phase === "FailedValidation" && (cause === "cron" || cause === "managed-service-account");
  const note = `phase is ${phase}: ${message}`;
  return atOnce || overGrace ? { state: "failed", error: unhealthy(note) } : { state: "pending", note };
}

function judgeProof(live: Health, phase: string, time: WaitTime, context: SwitchoverContext): Look {
  const enabledAt = Date.parse(context.memory().backup_schedule_enabled_at ?? "") || 0;
  const own = hasOwnBackup(live.backups, context.hubs.secondary.id, enabledAt);
  const checked = collisionWasChecked(live.veleroSchedules, context.tuning.collisionCheckAfter, time.now);
  if (phase === "Enabled" && own && checked) {
    return { state: "done", note: "Enabled, first own backup begun, collision check passed" };
  }
  const missing = [
    ...(own ? [] : ["its first resources backup has not begun"]),
    ...(checked ? [] : ["the first collision check is still to come"]),
  ];
  return { state: "pending", note: `phase ${phase || "empty"}; ${missing.join(", ")}` };
}

function judgeHealth(live: Health, time: WaitTime, context: SwitchoverContext, graceMs: number): Look {
  const [schedule] = live.schedules;
  const phase = schedule?.status?.phase ?? "";
  const message = schedule?.status?.lastMessage ?? "";
  if (phase === collided) {
    return { state: "done", note: `${collided}: ${message}` };
  }
  // It was made unpaused: waiting would not change what somebody did on purpose.
  if (schedule?.spec?.paused === true) {
    return { state: "failed", error: notEnabled(schedule) };
  }
  return phase === "FailedValidation" || phase === "Failed"
    ? judgeInvalid(phase, message, time.elapsedMs > graceMs)
    : judgeProof(live, phase, time, context);
}

function unhealthy(why: string) {
  return switchoverError("SW-FIN-06", {
    what: "the new hub's BackupSchedule does not work",
    why,
    fix: "mend what the message names on the new hub, then resume",
  });
}

function untilHealthy(context: SwitchoverContext, allowanceMs: number): Wait {
  const graceMs = ms(context.tuning.errorGrace) + allowanceMs;
  return waitOn({
    title: "waiting until the new hub's backup schedule has proved itself",
    sources: {
      schedules: schedulesOf.live(context, "secondary"),
      veleroSchedules: veleroSchedulesOf.live(context, "secondary"),
      backups: backupsOf.live(context, "secondary"),
    },
    decide: (live, time) => judgeHealth(live, time, context, graceMs),
    timeoutMs: ms(context.tuning.scheduleHealthyWait) + allowanceMs,
    pollMs: 5000,
    onTimeout: (note) =>
      note.startsWith("phase Enabled")
        ? { warning: `the new hub's BackupSchedule is Enabled, without the last proof: ${note}` }
        : unhealthy(`${note}; Velero or the backup operator of the new hub may not be working`),
  });
}

function watch(context: SwitchoverContext, allowanceMs: number): readonly Action<OperationMemory>[] {
  return [
    { kind: "wait", wait: untilHealthy(context, allowanceMs) },
    {
      kind: "remember",
      note: "the schedule was watched",
      update: (memory) => ({ ...memory, schedule_watched: true }),
    },
  ];
}

function foreignHub(message: string): string {
  const id = /\[([^\]]+)\]/.exec(message)?.[1];
  return id === undefined ? "another hub" : `hub ${id}`;
}

function isBeingReplaced(schedule: BackupSchedule, memory: OperationMemory): boolean {
  const replaced = memory.created_schedule?.replaces;
  return replaced !== undefined && replaced === schedule.metadata.uid;
}

/** @param first what must end before the old one goes */
function recreate(
  schedule: BackupSchedule,
  context: SwitchoverContext,
  first: readonly Action<OperationMemory>[] = [],
): Plan {
  const { name, uid = "" } = schedule.metadata;
  const fresh = scheduleToCreate(schedule, context.namespaces.backup, context.hubs.secondary.version);
  const suppressed = suppressedFlags(schedule.spec);
  const actions: readonly Action<OperationMemory>[] = [
    ...first,
    {
      kind: "remember",
      note: `keep what BackupSchedule ${name} is made of`,
      update: (memory) => ({
        ...memory,
        schedule_to_create: fresh,
        schedule_watched: false,
        created_schedule: {
          name,
          replaces: uid,
          // A run that was killed before the deletion has counted it already.
          recreations: isBeingReplaced(schedule, memory)
            ? (memory.created_schedule?.recreations ?? 0)
            : (memory.created_schedule?.recreations ?? -1) + 1,
          suppressed: memory.created_schedule?.suppressed ?? suppressed,
        },
      }),
    },
    {
      kind: "write",
      change: {
        target: "secondary",
        resource: backupSchedules,
        ref: { name, namespace: context.namespaces.backup },
        summary: `delete BackupSchedule ${name} to make it anew`,
        verb: "delete",
        precondition: { uid },
        requestTimeoutMs: ms(context.tuning.deleteRequest),
      },
    },
    { kind: "wait", wait: untilNoOrphans(context) },
  ];
  return { state: "act", note: `make BackupSchedule ${name} anew`, actions, afterwards: "plan-again" };
}

function collidesAgain(name: string, message: string): FairleadError {
  return switchoverError("SW-FIN-07", {
    what: `BackupSchedule ${name} of the new hub collides again`,
    why: `${foreignHub(message)} writes to the same storage: ${message}`,
    fix: "pause the BackupSchedule of that hub and wait for its phase Paused, then resume",
  });
}

/** A last look: the queue may be slow once more. */
function waitForQueue(queued: BackupSummary, context: SwitchoverContext, error: FairleadError): Plan {
  const wait = { ...untilStarted(context), onTimeout: () => error };
  return {
    state: "act",
    note: `wait until ${queued.name} has begun`,
    actions: [{ kind: "wait", wait }],
    afterwards: "plan-again",
  };
}

function planExisting(schedule: BackupSchedule, seen: Seen, context: SwitchoverContext): Plan {
  const created = context.memory().created_schedule;
  if (isBeingReplaced(schedule, context.memory())) {
    return recreate(schedule, context);
  }
  const message = schedule.status?.lastMessage ?? "";
  const queued = isForeignStorage(message) ? queuedBackup(seen.backups, context.hubs.secondary.id) : undefined;
  if (schedule.status?.phase === collided && (created?.recreations ?? 0) >= 1) {
    const error = collidesAgain(schedule.metadata.name, message);
    return queued === undefined ? { state: "refused", error } : waitForQueue(queued, context, error);
  }
  if (created === undefined || schedule.status?.phase === collided) {
    return recreate(schedule, context, queued === undefined ? [] : [{ kind: "wait", wait: untilStarted(context) }]);
  }
  if (context.memory().schedule_watched === true) {
    return { state: "done", note: `BackupSchedule ${schedule.metadata.name} is ${schedule.status?.phase ?? ""}` };
  }
  return {
    state: "act",
    note: withAllowance(`watch BackupSchedule ${schedule.metadata.name}`, seen.allowanceMs),
    actions: watch(context, seen.allowanceMs),
    // What the wait saw last may be a collision: looked at again.
    afterwards: "plan-again",
  };
}

/** Proves that the new hub's schedule works and does not collide; makes it anew once where it does. */
export const fixBackupCollision = switchoverStep<Seen>({
  name: "fix_backup_collision",
  title: "Prove that the new hub's backups work",
  onResume: "trust-record",
  async read(context) {
    const [schedules, veleroSchedules, backups, allowanceMs] = await Promise.all([
      schedulesOf.once(context, "secondary"),
      veleroSchedulesOf.once(context, "secondary"),
      backupsOf.once(context, "secondary"),
      scheduleAllowanceMs(context, "secondary"),
    ]);
    return { schedules, veleroSchedules, backups, allowanceMs };
  },
  plan(seen, context) {
    const [schedule] = seen.schedules;
    if (schedule !== undefined) {
      return planExisting(schedule, seen, context);
    }
    const fresh = context.memory().schedule_to_create;
    if (fresh === undefined) {
      return { state: "refused", error: unhealthy("the BackupSchedule is gone, and nothing is known to make it from") };
    }
    const wait: readonly Action<OperationMemory>[] =
      orphans(seen.veleroSchedules, []).length === 0 ? [] : [{ kind: "wait", wait: untilNoOrphans(context) }];
    return {
      state: "act",
      note: `create BackupSchedule ${fresh.metadata.name}`,
      actions: [...wait, createSchedule(fresh), ...watch(context, seen.allowanceMs)],
      afterwards: "plan-again",
    };
  },
});
