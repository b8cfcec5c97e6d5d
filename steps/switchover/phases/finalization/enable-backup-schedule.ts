import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import { wantsManagedServiceAccounts } from "../../acm/backup-schedule.ts";
import type { AcmRestore, BackupSchedule } from "../../acm/hub-objects.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import {
  backupsOf,
  hubTimeOf,
  type OwnedVeleroSchedule,
  restoresOf,
  schedulesOf,
  veleroPodsOf,
  veleroSchedulesOf,
} from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import { guardTokens, type TokenComponent, tokenComponentOf, tokenWarnings } from "../schedules/import-tokens.ts";
import {
  type BeforeSchedule,
  createSchedule,
  enabledNow,
  notEnabled,
  orphans,
  untilNoOrphans,
  untilVeleroReady,
} from "../schedules/make-schedule.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { chooseSchedule, defaultWarning, scheduleToCreate, suppressedFlags } from "./new-schedule.ts";
import { candidates } from "./schedule-candidates.ts";

interface Seen extends BeforeSchedule {
  readonly restores: readonly AcmRestore[];
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly OwnedVeleroSchedule[];
  readonly component: TokenComponent;
  readonly veleroReady: boolean;
}

type Plan = StepPlan<OperationMemory>;

function wantsTokens(seen: Seen, context: SwitchoverContext): boolean {
  // What an earlier run kept is created as it is, whatever the component was then.
  const { schedule_to_create: kept } = context.memory();
  const wanted = kept === undefined ? candidates(context, seen.component).schedules : [kept];
  return [...wanted, ...seen.schedules].some(wantsManagedServiceAccounts);
}

const noBackupYet: Action<OperationMemory> = {
  kind: "remember",
  note: "no backup of the new hub has been seen yet",
  update: (memory) => ({ ...memory, new_backup_detected: false }),
};

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
      actions: [enabledNow(seen, context, onNewHub), noBackupYet],
      afterwards: "done",
    };
  }
  const { from, schedules } = candidates(context, seen.component);
  const chosen = chooseSchedule(schedules);
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
      ...(from === "default" ? [{ kind: "warn", message: defaultWarning } as const] : []),
      ...tokenWarnings(schedule, seen.component, onNewHub),
      enabledNow(seen, context, onNewHub),
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
    const [restores, schedules, veleroSchedules, component, velero, backups, hubTime] = await Promise.all([
      restoresOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
      veleroSchedulesOf.once(context, "secondary"),
      tokenComponentOf(context, "secondary"),
      veleroPodsOf.once(context, "secondary"),
      backupsOf.once(context, "secondary"),
      hubTimeOf(context, "secondary"),
    ]);
    return {
      restores,
      schedules,
      veleroSchedules,
      component,
      veleroReady: velero.some(Boolean),
      backups,
      hubTime,
    };
  },
  plan(seen, context) {
    const refused = guardTokens(wantsTokens(seen, context), seen.component, onNewHub);
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
      error: notEnabled(schedule, onNewHub),
    };
  },
});
