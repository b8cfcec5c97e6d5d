import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { KubeObject } from "../../../lib/kube/types.ts";
import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import {
  type ComponentState,
  managedServiceAccountComponent,
  wantsManagedServiceAccounts,
} from "../../acm/backup-schedule.ts";
import type { AcmRestore, BackupSchedule } from "../../acm/hub-objects.ts";
import { backupSchedules, multiClusterEngines } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import {
  acmSchedules,
  type OwnedVeleroSchedule,
  restoresOf,
  schedulesOf,
  veleroPodsOf,
  veleroSchedulesOf,
} from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { chooseSchedule, scheduleFromTemplate, scheduleToCreate, suppressedFlags } from "./new-schedule.ts";

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly component: ComponentState;
  readonly veleroReady: boolean;
}

type Plan = StepPlan<OperationMemory>;

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

export function untilNoOrphans(context: SwitchoverContext): Wait {
  return waitOn({
    title: "waiting until the Velero Schedules of the deleted BackupSchedule are gone",
    sources: {
      veleroSchedules: veleroSchedulesOf.live(context, "secondary"),
      schedules: schedulesOf.live(context, "secondary"),
    },
    decide: ({ veleroSchedules, schedules }) => {
      const left = orphans(veleroSchedules, schedules);
      return left.length === 0
        ? { state: "done", note: "gone" }
        : { state: "pending", note: `still there: ${left.join(", ")}` };
    },
    timeoutMs: ms(context.tuning.scheduleDeleteWait),
    onTimeout: (note) =>
      switchoverError(
        "SW-FIN-02",
        {
          what: "Velero Schedules without an owner are left on the new hub",
          why: note,
          fix: "delete them, then resume; nothing was created",
        },
        "timeout",
      ),
  });
}

function untilVeleroReady(context: SwitchoverContext): Wait {
  return waitOn({
    title: "waiting for a ready Velero pod on the new hub",
    sources: { pods: veleroPodsOf.live(context, "secondary") },
    decide: ({ pods: ready }) =>
      ready.some(Boolean)
        ? { state: "done", note: "ready" }
        : { state: "pending", note: `${ready.length} pods, none ready` },
    timeoutMs: ms(context.tuning.errorGrace),
    onTimeout: (note) => ({ warning: `Velero on the new hub: ${note}; its first backup may come late` }),
  });
}

function guardTokens(wanted: boolean, component: ComponentState): Plan | undefined {
  if (!wanted || component !== "disabled") {
    return undefined;
  }
  return {
    state: "refused",
    error: switchoverError("SW-FIN-03", {
      what: "the new hub's component managedserviceaccount is disabled",
      why: "a BackupSchedule that uses it would be refused and delete every import token of the new hub",
      fix: "enable the component in the MultiClusterEngine of the new hub, then resume; nothing was created",
    }),
  };
}

/** What the new hub's schedule can be made from: those of the old hub, else the template of the caller. */
function candidates(context: SwitchoverContext): readonly BackupSchedule[] {
  const saved = context.memory().saved_backup_schedules ?? [];
  const template = context.settings.backupScheduleTemplate;
  return saved.length > 0 || template === undefined ? saved : [scheduleFromTemplate(template)];
}

function wantsTokens(seen: Seen, context: SwitchoverContext): boolean {
  return [...candidates(context), ...seen.schedules].some(wantsManagedServiceAccounts);
}

function enabledNow(context: SwitchoverContext): Action<OperationMemory> {
  const at = new Date(context.clock.now()).toISOString();
  return {
    kind: "remember",
    note: "from now on a backup of the new hub is expected",
    update: (memory) => ({
      ...memory,
      backup_schedule_enabled_at: memory.backup_schedule_enabled_at ?? at,
      new_backup_detected: false,
    }),
  };
}

/** Creation of the persisted schedule: what a run killed between deleting and creating goes on with. */
export function createSchedule(schedule: BackupSchedule): Action<OperationMemory> {
  const { name, namespace } = schedule.metadata;
  return {
    kind: "write",
    change: {
      target: "secondary",
      resource: backupSchedules,
      ref: { name, ...(namespace === undefined ? {} : { namespace }) },
      summary: `create BackupSchedule ${name} on the new hub`,
      verb: "create",
      body: schedule as KubeObject,
    },
  };
}

function notCreated({ metadata }: BackupSchedule): Action<OperationMemory> {
  const why = "only one BackupSchedule of a hub can own the Velero Schedules";
  return {
    kind: "warn",
    message: `BackupSchedule ${metadata.name} of the old hub is not created on the new hub: ${why}`,
  };
}

function planSchedule(seen: Seen, context: SwitchoverContext): Plan {
  const memory = context.memory();
  const [existing] = seen.schedules;
  if (existing !== undefined) {
    // A paused one is made anew by the next step: unpausing collides with the old hub's backups from ACM 2.15.
    return {
      state: "act",
      note: `keep BackupSchedule ${existing.metadata.name}`,
      actions: [enabledNow(context)],
      afterwards: "done",
    };
  }
  const chosen = chooseSchedule(candidates(context));
  if (chosen === undefined) {
    return {
      state: "refused",
      error: switchoverError("SW-FIN-04", {
        what: "there is no BackupSchedule to enable on the new hub",
        why: "the new hub has none, and the old hub had none to copy",
        fix: "create one on the new hub, or give backup-schedule-template, then resume",
      }),
    };
  }
  const schedule =
    memory.schedule_to_create ?? scheduleToCreate(chosen, context.namespaces.backup, context.hubs.secondary.version);
  const others = (memory.saved_backup_schedules ?? []).filter((saved) => saved !== chosen);
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
      ...others.map(notCreated),
      enabledNow(context),
      createSchedule(schedule),
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
    const { signal } = context;
    const client = context.clients.secondary;
    const [restores, schedules, veleroSchedules, engines, velero] = await Promise.all([
      restoresOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
      veleroSchedulesOf.once(context, "secondary"),
      client.list(multiClusterEngines, {}, { signal }),
      veleroPodsOf.once(context, "secondary"),
    ]);
    return {
      restores,
      schedules,
      veleroSchedules,
      component: managedServiceAccountComponent(engines.items[0]),
      veleroReady: velero.some(Boolean),
    };
  },
  plan(seen, context) {
    const refused = guardTokens(wantsTokens(seen, context), seen.component);
    if (refused !== undefined) {
      return refused;
    }
    if (seen.restores.length > 0) {
      const actions = removeRestores(context, "secondary", seen.restores);
      return { state: "act", note: `remove ${seen.restores.length} Restore(s)`, actions, afterwards: "plan-again" };
    }
    const left = orphans(seen.veleroSchedules, seen.schedules);
    if (left.length > 0) {
      const actions: readonly Action<OperationMemory>[] = [{ kind: "wait", wait: untilNoOrphans(context) }];
      return { state: "act", note: `wait for ${left.join(", ")}`, actions, afterwards: "plan-again" };
    }
    const schedule = planSchedule(seen, context);
    if (schedule.state !== "act" || seen.veleroReady) {
      return schedule;
    }
    return { ...schedule, actions: [{ kind: "wait", wait: untilVeleroReady(context) }, ...schedule.actions] };
  },
});

/** Someone else undid what this operation did. */
export function notEnabled(schedule: BackupSchedule | undefined): FairleadError {
  return switchoverError("SW-FIN-05", {
    what:
      schedule === undefined
        ? "the new hub has no BackupSchedule"
        : `BackupSchedule ${schedule.metadata.name} of the new hub is still paused`,
    why: "someone removed or paused it after it was enabled",
    fix: "set spec.paused to false (or restore it), then resume",
  });
}

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
      error: notEnabled(schedule),
    };
  },
});
