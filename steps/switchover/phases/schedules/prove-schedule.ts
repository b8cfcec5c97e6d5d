import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import type { BackupSummary } from "../../acm/backup.ts";
import { wantsManagedServiceAccounts } from "../../acm/backup-schedule.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { backupSchedules } from "../../acm/resources.ts";
import type { CreatedSchedule, OperationMemory, ScheduleProgress } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { keepTokens, scheduleToCreate, suppressedFlags } from "../finalization/new-schedule.ts";
import { isForeignStorage, queuedBackup, untilStarted } from "../finalization/queued-backup.ts";
import {
  backupsOf,
  type OwnedVeleroSchedule,
  scheduleAllowanceMs,
  schedulesOf,
  veleroSchedulesOf,
  withAllowance,
} from "../hub-reads.ts";
import { type HubStepContext, ms } from "../switchover-context.ts";
import { guardTokens, type TokenComponent, tokenWarnings } from "./import-tokens.ts";
import { createSchedule, orphans, untilNoOrphans } from "./make-schedule.ts";
import type { ScheduleRole } from "./schedule-role.ts";
import { collided, unhealthy, watchSchedule } from "./watch-schedule.ts";

/** What a hub shows of its schedule. */
export interface ScheduleSeen {
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly backups: readonly BackupSummary[];
  readonly allowanceMs: number;
}

/** What also decides whether a schedule can be made without a loss. */
export interface ProofSeen extends ScheduleSeen {
  /** Absent where nothing is to be made, see {@link isToBeMade}. */
  readonly component?: TokenComponent;
  /** How far the hub's clock is ahead of this machine's, ms. */
  readonly clockOffsetMs: number;
}

/** Looks at all of it. */
export async function readSchedule<H extends HubName>(context: HubStepContext<H>, hub: H): Promise<ScheduleSeen> {
  const [schedules, veleroSchedules, backups, allowanceMs] = await Promise.all([
    schedulesOf.once(context, hub),
    veleroSchedulesOf.once(context, hub),
    backupsOf.once(context, hub),
    scheduleAllowanceMs(context, hub),
  ]);
  return { schedules, veleroSchedules, backups, allowanceMs };
}

type Plan = StepPlan<OperationMemory>;

/** Whom a collided schedule collides with, by its message. Pure. */
export function foreignHub(message: string): string {
  const id = /\[([^\]]+)\]/.exec(message)?.[1];
  return id === undefined ? "another hub" : `hub ${id}`;
}

function isBeingReplaced(schedule: BackupSchedule, progress: ScheduleProgress): boolean {
  const replaced = progress.created_schedule?.replaces;
  return replaced !== undefined && replaced === schedule.metadata.uid;
}

function replaced(schedule: BackupSchedule, progress: ScheduleProgress): CreatedSchedule {
  const before = progress.created_schedule;
  return {
    name: schedule.metadata.name,
    replaces: schedule.metadata.uid ?? "",
    // A run that was killed before the deletion has counted it already.
    recreations: isBeingReplaced(schedule, progress) ? (before?.recreations ?? 0) : (before?.recreations ?? -1) + 1,
    suppressed: before?.suppressed ?? suppressedFlags(schedule.spec),
  };
}

/**
 * Makes a schedule anew that is there: what it is made of is kept before it is deleted.
 *
 * @param first what must end before the old one goes
 */
export function recreateSchedule<H extends HubName>(
  schedule: BackupSchedule,
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
  first: readonly Action<OperationMemory>[] = [],
): Plan {
  const { name, uid = "" } = schedule.metadata;
  const made = keepTokens(schedule, context.memory().saved_backup_schedules);
  const fresh = scheduleToCreate(made, context.namespaces.backup, context.hubs[role.hub].version);
  const actions: readonly Action<OperationMemory>[] = [
    ...first,
    {
      kind: "remember",
      note: `keep what BackupSchedule ${name} is made of`,
      update: (memory) =>
        role.keep(memory, {
          schedule_to_create: fresh,
          schedule_watched: false,
          velero_schedules_kept: false,
          created_schedule: replaced(schedule, role.progress(memory)),
        }),
    },
    {
      kind: "write",
      change: {
        target: role.hub,
        resource: backupSchedules,
        ref: { name, namespace: context.namespaces.backup },
        summary: `delete BackupSchedule ${name} to make it anew`,
        verb: "delete",
        precondition: { uid },
        requestTimeoutMs: ms(context.tuning.deleteRequest),
      },
    },
    { kind: "wait", wait: untilNoOrphans(context, role, uid) },
  ];
  return { state: "act", note: `make BackupSchedule ${name} anew`, actions, afterwards: "plan-again" };
}

function collidesAgain(name: string, message: string, role: ScheduleRole): FairleadError {
  return switchoverError("SW-FIN-07", {
    what: `BackupSchedule ${name} of the ${role.words} collides again`,
    why: `${foreignHub(message)} writes to the same storage: ${message}`,
    fix: "pause the BackupSchedule of that hub and wait for its phase Paused, then resume",
  });
}

/** A last look: the queue may be slow once more. */
function waitForQueue<H extends HubName>(
  queued: BackupSummary,
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
  error: FairleadError,
): Plan {
  const wait = { ...untilStarted(context, role), onTimeout: () => error };
  return {
    state: "act",
    note: `wait until ${queued.name} has begun`,
    actions: [{ kind: "wait", wait }],
    afterwards: "plan-again",
  };
}

function componentIn({ component }: ProofSeen): TokenComponent {
  if (component === undefined)
    throw new Error("a BackupSchedule is to be made, and nobody looked at the import tokens");
  return component;
}

function guard(wanted: BackupSchedule, seen: ProofSeen, role: ScheduleRole): Plan | undefined {
  return guardTokens(wantsManagedServiceAccounts(wanted), componentIn(seen), role);
}

/** Whether a schedule has to be made, or made anew, as the operation never made it, or in vain. Pure. */
export function isToBeMade(schedule: BackupSchedule | undefined, progress: ScheduleProgress): boolean {
  return (
    schedule === undefined ||
    isBeingReplaced(schedule, progress) ||
    progress.created_schedule === undefined ||
    schedule.status?.phase === collided
  );
}

function planExisting<H extends HubName>(
  schedule: BackupSchedule,
  seen: ProofSeen,
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
): Plan {
  const progress = role.progress(context.memory());
  const created = progress.created_schedule;
  const made = keepTokens(schedule, context.memory().saved_backup_schedules);
  const anew = (first: readonly Action<OperationMemory>[] = []): Plan =>
    guard(made, seen, role) ??
    recreateSchedule(schedule, context, role, [...tokenWarnings(made, componentIn(seen), role), ...first]);
  if (isBeingReplaced(schedule, progress)) {
    return anew();
  }
  const message = schedule.status?.lastMessage ?? "";
  const queued = isForeignStorage(message) ? queuedBackup(seen.backups, context.hubs[role.hub].id) : undefined;
  if (schedule.status?.phase === collided && (created?.recreations ?? 0) >= 1) {
    const error = collidesAgain(schedule.metadata.name, message, role);
    return queued === undefined ? { state: "refused", error } : waitForQueue(queued, context, role, error);
  }
  if (isToBeMade(schedule, progress)) {
    const first: readonly Action<OperationMemory>[] =
      queued === undefined ? [] : [{ kind: "wait", wait: untilStarted(context, role) }];
    return anew(first);
  }
  if (progress.schedule_watched === true) {
    return { state: "done", note: `BackupSchedule ${schedule.metadata.name} is ${schedule.status?.phase ?? ""}` };
  }
  return {
    state: "act",
    note: withAllowance(`watch BackupSchedule ${schedule.metadata.name}`, seen.allowanceMs),
    actions: watchSchedule(context, role, seen),
    // What the wait saw last may be a collision: looked at again.
    afterwards: "plan-again",
  };
}

/** Proves that a hub's schedule works and does not collide; makes it anew once where it does. Pure. */
export function planProof<H extends HubName>(seen: ProofSeen, context: HubStepContext<H>, role: ScheduleRole<H>): Plan {
  const schedule = role.pick(seen.schedules, context.memory());
  if (schedule !== undefined) {
    return planExisting(schedule, seen, context, role);
  }
  const fresh = role.progress(context.memory()).schedule_to_create;
  if (fresh === undefined) {
    const why = "the BackupSchedule is gone, and nothing is known to make it from";
    return { state: "refused", error: unhealthy(why, role) };
  }
  const refused = guard(fresh, seen, role);
  if (refused !== undefined) return refused;
  const wait: readonly Action<OperationMemory>[] =
    orphans(seen.veleroSchedules, seen.schedules).length === 0
      ? []
      : [{ kind: "wait", wait: untilNoOrphans(context, role) }];
  return {
    state: "act",
    note: `create BackupSchedule ${fresh.metadata.name}`,
    actions: [...wait, createSchedule(fresh, role), ...watchSchedule(context, role, seen)],
    afterwards: "plan-again",
  };
}
