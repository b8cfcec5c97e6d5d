import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { KubeObject } from "../../../lib/kube/types.ts";
import type { Action, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { BackupSummary } from "../../acm/backup.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { backupSchedules } from "../../acm/resources.ts";
import type { OperationMemory, ScheduleProgress } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { acmSchedules, type OwnedVeleroSchedule, schedulesOf, veleroPodsOf, veleroSchedulesOf } from "../hub-reads.ts";
import { type HubStepContext, ms } from "../switchover-context.ts";
import { backupsBefore } from "./backups-since.ts";
import type { ScheduleRole } from "./schedule-role.ts";

// What it takes to make a BackupSchedule on a hub: nothing left of an earlier one, a Velero that runs.

/** Velero Schedules whose BackupSchedule is gone: a new one would adopt them, or be refused by their names. */
export function orphans(
  veleroSchedules: readonly OwnedVeleroSchedule[],
  schedules: readonly BackupSchedule[],
): readonly string[] {
  const owners = new Set(schedules.map((schedule) => schedule.metadata.uid));
  return acmSchedules(veleroSchedules)
    .filter((schedule) => !owners.has(schedule.ownerUid))
    .map((schedule) => schedule.name);
}

/**
 * Waits until nothing is left of a BackupSchedule that was deleted.
 *
 * @param deletedUid of one that may still be there: a finalizer holds it, and its Velero Schedules have an owner so long
 */
export function untilNoOrphans<H extends HubName>(
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
  deletedUid?: string,
): Wait {
  return waitOn({
    title: "waiting until the deleted BackupSchedule and its Velero Schedules are gone",
    sources: {
      veleroSchedules: veleroSchedulesOf.live(context, role.hub),
      schedules: schedulesOf.live(context, role.hub),
    },
    decide: ({ veleroSchedules, schedules }) => {
      const held = schedules
        .filter(({ metadata }) => deletedUid !== undefined && metadata.uid === deletedUid)
        .map(({ metadata }) => `BackupSchedule ${metadata.name}`);
      const left = [...held, ...orphans(veleroSchedules, schedules)];
      return left.length === 0
        ? { state: "done", note: "gone" }
        : { state: "pending", note: `still there: ${left.join(", ")}` };
    },
    timeoutMs: ms(context.tuning.scheduleDeleteWait),
    onTimeout: (note) =>
      switchoverError(
        "SW-FIN-02",
        {
          what: `something of a deleted BackupSchedule is left on the ${role.words}`,
          why: note,
          fix: "see what holds it (finalizers, the backup operator) and delete it, then resume; nothing was created",
        },
        "timeout",
      ),
  });
}

/** Waits for a Velero that can make the first backup; goes on without one. */
export function untilVeleroReady<H extends HubName>(context: HubStepContext<H>, role: ScheduleRole<H>): Wait {
  return waitOn({
    title: `waiting for a ready Velero pod on the ${role.words}`,
    sources: { pods: veleroPodsOf.live(context, role.hub) },
    decide: ({ pods: ready }) =>
      ready.some(Boolean)
        ? { state: "done", note: "ready" }
        : { state: "pending", note: `${ready.length} pods, none ready` },
    timeoutMs: ms(context.tuning.errorGrace),
    onTimeout: (note) => ({ warning: `Velero on the ${role.words}: ${note}; its first backup may come late` }),
  });
}

/** Creation of the persisted schedule: what a run killed between deleting and creating goes on with. */
export function createSchedule(schedule: BackupSchedule, role: ScheduleRole): Action<OperationMemory> {
  const { name, namespace } = schedule.metadata;
  return {
    kind: "write",
    change: {
      target: role.hub,
      resource: backupSchedules,
      ref: { name, ...(namespace === undefined ? {} : { namespace }) },
      summary: `create BackupSchedule ${name} on the ${role.words}`,
      verb: "create",
      body: schedule as KubeObject,
    },
  };
}

/** What a hub shows before it gets a schedule. */
export interface BeforeSchedule {
  readonly backups: readonly BackupSummary[];
  /** ms since the epoch: Velero stamps its backups on the hub, and this machine's clock may be wrong. */
  readonly hubTime: number;
}

/** Remembers since when backups of the hub are expected, once. */
export function enabledNow<H extends HubName>(
  { backups, hubTime }: BeforeSchedule,
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
): Action<OperationMemory> {
  const since: ScheduleProgress = {
    backup_schedule_enabled_at: new Date(hubTime).toISOString(),
    backups_before_schedule: backupsBefore(backups, context.hubs[role.hub].id, hubTime),
  };
  return {
    kind: "remember",
    note: `from now on a backup of the ${role.words} is expected`,
    update: (memory) =>
      role.progress(memory).backup_schedule_enabled_at === undefined ? role.keep(memory, since) : memory,
  };
}

/** Someone else undid what this operation did. */
export function notEnabled(schedule: BackupSchedule | undefined, role: ScheduleRole): FairleadError {
  return switchoverError("SW-FIN-05", {
    what:
      schedule === undefined
        ? `the ${role.words} has no BackupSchedule`
        : `BackupSchedule ${schedule.metadata.name} of the ${role.words} is still paused`,
    why: "someone removed or paused it after it was enabled",
    fix: "set spec.paused to false (or restore it), then resume",
  });
}
