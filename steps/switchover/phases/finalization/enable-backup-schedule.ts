import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import {
  type ComponentState,
  managedServiceAccountComponent,
  wantsManagedServiceAccounts,
} from "../../acm/backup-schedule.ts";
import { podSelector } from "../../acm/constants.ts";
import type { AcmRestore, BackupSchedule } from "../../acm/hub-objects.ts";
import { multiClusterEngines, pods } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { type OwnedVeleroSchedule, restoresOf, schedulesOf, veleroSchedulesOf } from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import {
  createSchedule,
  enabledNow,
  guardTokens,
  isPodReady,
  orphans,
  untilNoOrphans,
  untilVeleroReady,
} from "../schedules/make-schedule.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { chooseSchedule, scheduleToCreate, suppressedFlags } from "./new-schedule.ts";

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly component: ComponentState;
  readonly veleroReady: boolean;
}

type Plan = StepPlan<OperationMemory>;

function wantsTokens(seen: Seen, memory: OperationMemory): boolean {
  return [...(memory.saved_backup_schedules ?? []), ...seen.schedules].some(wantsManagedServiceAccounts);
}

const noBackupYet: Action<OperationMemory> = {
  kind: "remember",
  note: "no backup of the new hub has been seen yet",
  update: (memory) => ({ ...memory, new_backup_detected: false }),
};

function planSchedule(seen: Seen, context: SwitchoverContext): Plan {
  const memory = context.memory();
  const [existing] = seen.schedules;
  if (existing !== undefined) {
    // A paused one is made anew by the next step: unpausing collides with the old hub's backups from ACM 2.15.
    return {
      state: "act",
      note: `keep BackupSchedule ${existing.metadata.name}`,
      actions: [enabledNow(context, onNewHub), noBackupYet],
      afterwards: "done",
    };
  }
  const chosen = chooseSchedule(memory.saved_backup_schedules ?? []);
  if (chosen === undefined) {
    return {
      state: "refused",
      error: switchoverError("SW-FIN-04", {
        what: "there is no BackupSchedule to enable on the new hub",
        why: "the new hub has none, and the old hub had none to copy",
        fix: "create one on the new hub, then resume",
      }),
    };
  }
  const schedule =
    memory.schedule_to_create ?? scheduleToCreate(chosen, context.namespaces.backup, context.hubs.secondary.version);
  const created = { name: schedule.metadata.name, recreations: 0, suppressed: suppressedFlags(chosen.spec) };
  return {
    state: "act",
    note: `create BackupSchedule ${schedule.metadata.name}`,
    actions: [
      {
        kind: "remember",
        note: `keep what BackupSchedule ${schedule.metadata.name} is made of`,
        update: (before) => ({
          ...before,
          schedule_to_create: schedule,
          created_schedule: before.created_schedule ?? created,
        }),
      },
      enabledNow(context, onNewHub),
      noBackupYet,
      createSchedule(schedule, onNewHub),
    ],
    afterwards: "done",
  };
}

/** Makes the new hub the one that writes backups. Restores go first: an active one would block the schedule. */
export const enableBackupSchedule = switchoverStep<Seen>({
  name: "enable_backup_schedule",
  title: "Turn backups on at the new hub",
  onResume: "trust-record",
  async read(context) {
    const { signal, namespaces } = context;
    const client = context.clients.secondary;
    const podQuery = { namespace: namespaces.backup, labelSelector: podSelector.velero };
    const [restores, schedules, veleroSchedules, engines, velero] = await Promise.all([
      restoresOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
      veleroSchedulesOf.once(context, "secondary"),
      client.list(multiClusterEngines, {}, { signal }),
      client.list(pods, podQuery, { signal }),
    ]);
    return {
      restores,
      schedules,
      veleroSchedules,
      component: managedServiceAccountComponent(engines.items[0]),
      veleroReady: velero.items.some(isPodReady),
    };
  },
  plan(seen, context) {
    const refused = guardTokens(wantsTokens(seen, context.memory()), seen.component, onNewHub);
    if (refused !== undefined) {
      return refused;
    }
    if (seen.restores.length > 0) {
      const actions = removeRestores(context, "secondary", seen.restores);
      return { state: "act", note: `remove ${seen.restores.length} Restore(s)`, actions, afterwards: "plan-again" };
    }
    const left = orphans(seen.veleroSchedules, seen.schedules);
    if (left.length > 0) {
      const actions: readonly Action<OperationMemory>[] = [{ kind: "wait", wait: untilNoOrphans(context, onNewHub) }];
      return { state: "act", note: `wait for ${left.join(", ")}`, actions, afterwards: "plan-again" };
    }
    const schedule = planSchedule(seen, context);
    if (schedule.state !== "act" || seen.veleroReady) {
      return schedule;
    }
    return { ...schedule, actions: [{ kind: "wait", wait: untilVeleroReady(context, onNewHub) }, ...schedule.actions] };
  },
});

/** A schedule that someone paused again would leave the new hub without backups. */
export const verifyBackupScheduleEnabled = switchoverStep<readonly BackupSchedule[]>({
  name: "verify_backup_schedule_enabled",
  title: "Check that backups are on",
  onResume: "observe",
  read: (context) => schedulesOf.once(context, "secondary"),
  plan(schedules, context) {
    const [schedule] = schedules;
    const willBeRecreated = context.memory().created_schedule === undefined;
    if (schedule !== undefined && (schedule.spec?.paused !== true || willBeRecreated)) {
      return { state: "done", note: `BackupSchedule ${schedule.metadata.name} is there` };
    }
    return {
      state: "refused",
      error: switchoverError("SW-FIN-05", {
        what:
          schedule === undefined
            ? "the new hub has no BackupSchedule"
            : `BackupSchedule ${schedule.metadata.name} of the new hub is still paused`,
        why: "someone removed or paused it after it was enabled",
        fix: "set spec.paused to false (or restore it), then resume",
      }),
    };
  },
});
