import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { isActiveRestore } from "../../acm/acm-restore.ts";
import { type BackupSummary, newest } from "../../acm/backup.ts";
import { wantsManagedServiceAccounts } from "../../acm/backup-schedule.ts";
import type { AcmRestore, BackupSchedule } from "../../acm/hub-objects.ts";
import { backupSchedules } from "../../acm/resources.ts";
import { restoredSince } from "../../state/activation-traces.ts";
import type { OperationMemory, ScheduleProgress } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { keepTokens, scheduleToCreate, suppressedFlags } from "../finalization/new-schedule.ts";
import { backupsOf, clockOffsetOf, restoresOf, veleroPodsOf } from "../hub-reads.ts";
import { canPause } from "../schedules/can-pause.ts";
import { giveFlagsBack } from "../schedules/give-flags-back.ts";
import { guardTokens, type TokenComponent, tokenComponentOf, tokenWarnings } from "../schedules/import-tokens.ts";
import { type BeforeSchedule, enabledNow, untilVeleroReady } from "../schedules/make-schedule.ts";
import { type ProofSeen, planProof, readSchedule, recreateSchedule } from "../schedules/prove-schedule.ts";
import { onOldHub } from "../schedules/schedule-role.ts";
import { type BothHubsContext, ms, oldHubStep } from "../switchover-context.ts";
import { decideReturn, markersOf, type ReturnOfBackups } from "./return-of-backups.ts";
import { isNewHubAway } from "./rollback-scope.ts";

interface Seen extends ProofSeen {
  readonly component: TokenComponent;
  readonly restores: readonly AcmRestore[];
  readonly backupsOfNewHub: readonly BackupSummary[] | undefined;
  readonly veleroReady: boolean;
  readonly canPause: boolean;
}

type Plan = StepPlan<OperationMemory>;

function remember(note: string, change: ScheduleProgress): Action<OperationMemory> {
  return { kind: "remember", note, update: (memory) => onOldHub.keep(memory, change) };
}

const whenItAppearsLater =
  "when it appears later, the old hub's BackupSchedule may collide; delete and create it again then";

/** The operator compares with the time at which Velero copied the marker: schedules must be younger than that. */
function untilMarkerVisible(context: BothHubsContext): Wait {
  const { id } = context.hubs.secondary;
  const since = restoredSince(context.memory());
  return waitOn({
    title: "waiting until the old hub sees that the new hub has restored",
    sources: { there: backupsOf.live(context, "secondary"), here: backupsOf.live(context, "primary") },
    decide: ({ there, here }) => {
      const marker = newest(markersOf(there, id, since));
      if (marker === undefined) return { state: "pending", note: "the new hub shows no acm-restore-clusters backup" };
      return here.some(({ name }) => name === marker.name)
        ? { state: "done", note: `${marker.name} is visible` }
        : { state: "pending", note: `${marker.name} is not visible on the old hub yet` };
    },
    timeoutMs: ms(context.tuning.restoreClustersSyncWait),
    onTimeout: (note) => ({ warning: `${note}: ${whenItAppearsLater}` }),
  });
}

/** A new hub that does not answer cannot say whether it has written one. */
function markerFirst({ backupsOfNewHub }: Seen, context: BothHubsContext): Action<OperationMemory> {
  return backupsOfNewHub === undefined
    ? { kind: "warn", message: `the new hub may have written an acm-restore-clusters backup: ${whenItAppearsLater}` }
    : { kind: "wait", wait: untilMarkerVisible(context) };
}

function before(seen: Seen, afterMarker: boolean, context: BothHubsContext): readonly Action<OperationMemory>[] {
  return [
    ...(afterMarker ? [markerFirst(seen, context)] : []),
    ...(seen.veleroReady ? [] : [{ kind: "wait", wait: untilVeleroReady(context, onOldHub) } as const]),
  ];
}

function beforeSchedule({ backups, clockOffsetMs }: Seen, { clock }: BothHubsContext): BeforeSchedule {
  return { backups, hubTime: clock.now() + clockOffsetMs };
}

function recreate(
  { schedule, afterMarker }: Extract<ReturnOfBackups, { way: "recreate" }>,
  seen: Seen,
  context: BothHubsContext,
): Plan {
  const { name } = schedule.metadata;
  const first = [...before(seen, afterMarker, context), enabledNow(beforeSchedule(seen, context), context, onOldHub)];
  if (seen.schedules.some(({ metadata }) => metadata.uid === schedule.metadata.uid)) {
    const plan = recreateSchedule(schedule, context, onOldHub);
    return plan.state === "act" ? { ...plan, actions: [...first, ...plan.actions] } : plan;
  }
  const created = { name, recreations: 0, suppressed: suppressedFlags(schedule.spec) };
  const made = keepTokens(schedule, context.memory().saved_backup_schedules);
  const fresh = scheduleToCreate(made, context.namespaces.backup, context.hubs.primary.version);
  return {
    state: "act",
    note: `make BackupSchedule ${name} again`,
    // What was kept is created by the next round, which waits for leftovers first.
    actions: [
      ...first,
      remember(`keep what BackupSchedule ${name} is made of`, { schedule_to_create: fresh, created_schedule: created }),
    ],
    afterwards: "plan-again",
  };
}

function unpause(schedule: BackupSchedule, kept: boolean, seen: Seen, context: BothHubsContext): Plan {
  const { name, uid } = schedule.metadata;
  return {
    state: "act",
    note: `unpause BackupSchedule ${name}`,
    actions: [
      enabledNow(beforeSchedule(seen, context), context, onOldHub),
      remember(`BackupSchedule ${name} is unpaused`, {
        velero_schedules_kept: kept,
        created_schedule: { name, recreations: 0, suppressed: {} },
      }),
      {
        kind: "write",
        change: {
          target: onOldHub.hub,
          resource: backupSchedules,
          ref: { name, namespace: context.namespaces.backup },
          summary: `unpause BackupSchedule ${name} on the old hub`,
          verb: "merge-patch",
          patch: { spec: { paused: false } },
          ...(uid === undefined ? {} : { precondition: { uid } }),
        },
      },
    ],
    afterwards: "plan-again",
  };
}

function refusal(seen: Seen, schedule: BackupSchedule): Plan | undefined {
  const refused = guardTokens(wantsManagedServiceAccounts(schedule), seen.component, onOldHub);
  if (refused !== undefined) return refused;
  const active = seen.restores.find(isActiveRestore);
  return active === undefined
    ? undefined
    : {
        state: "refused",
        error: switchoverError("SW-RB-05", {
          what: `Restore ${active.metadata.name} is active on the old hub`,
          why: "beside it the old hub's BackupSchedule would be refused, and the Restore would end for good",
          fix: "delete it, wait until it is gone, then start the rollback again",
        }),
      };
}

/** A run that was killed between remembering the unpause and sending it left a schedule that is still paused. */
function isStillPaused({ schedules }: Seen, memory: OperationMemory): BackupSchedule | undefined {
  const { created_schedule: created } = onOldHub.progress(memory);
  const schedule = onOldHub.pick(schedules, memory);
  return created?.replaces === undefined && schedule?.spec?.paused === true ? schedule : undefined;
}

function begin(seen: Seen, context: BothHubsContext): Plan {
  const found = decideReturn(seen, context);
  if (found.way === "leave") {
    return { state: "done", note: found.note, warnings: found.warnings };
  }
  const wanted =
    found.way === "unpause" ? found.schedule : keepTokens(found.schedule, context.memory().saved_backup_schedules);
  const refused = refusal(seen, wanted);
  if (refused !== undefined) return refused;
  const plan =
    found.way === "unpause"
      ? unpause(found.schedule, found.keepsVeleroSchedules, seen, context)
      : recreate(found, seen, context);
  if (plan.state !== "act") return plan;
  return { ...plan, actions: [...tokenWarnings(wanted, seen.component, onOldHub), ...plan.actions] };
}

function plan(seen: Seen, context: BothHubsContext): Plan {
  const memory = context.memory();
  if (onOldHub.progress(memory).created_schedule === undefined || isStillPaused(seen, memory) !== undefined) {
    return begin(seen, context);
  }
  const proof = planProof(seen, context, onOldHub);
  const flags = proof.state === "done" ? giveFlagsBack(seen.schedules, context, onOldHub) : [];
  return flags.length === 0 || proof.state !== "done"
    ? proof
    : { state: "act", note: proof.note, actions: flags, afterwards: "done" };
}

/** Makes the old hub the one that writes backups again, and proves it. */
export const rbEnableBackupSchedule = oldHubStep<Seen>({
  name: "rb_enable_backup_schedule",
  title: "Turn backups on at the old hub",
  onResume: "trust-record",
  async read(context) {
    const [schedule, restores, backupsOfNewHub, component, velero, clockOffsetMs, pausable] = await Promise.all([
      readSchedule(context, onOldHub.hub),
      restoresOf.once(context, onOldHub.hub),
      isNewHubAway(context.memory()) ? undefined : backupsOf.once(context, "secondary"),
      tokenComponentOf(context, onOldHub.hub),
      veleroPodsOf.once(context, onOldHub.hub),
      clockOffsetOf(context, onOldHub.hub),
      canPause(context, onOldHub.hub),
    ]);
    return {
      ...schedule,
      restores,
      backupsOfNewHub,
      component,
      clockOffsetMs,
      veleroReady: velero.some(Boolean),
      canPause: pausable,
    };
  },
  plan,
});
