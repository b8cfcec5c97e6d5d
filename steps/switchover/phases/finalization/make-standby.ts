import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import { isActiveRestore } from "../../acm/acm-restore.ts";
import type { BackupSummary } from "../../acm/backup.ts";
import { scheduleBlocksRestores } from "../../acm/backup-schedule.ts";
import { restoreName } from "../../acm/constants.ts";
import type { AcmRestore, AcmRestoreSpec, BackupSchedule } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import { standbyRestore, standbySpec } from "../../acm/standby-restore.ts";
import type { OperationMemory, StandbyRestore } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, scheduleAllowanceMs, schedulesOf, withAllowance } from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import type { BothHubsContext } from "../switchover-context.ts";
import {
  describeEnd,
  findPassive,
  isDeleted,
  seesNewHub,
  untilBackupsArrive,
  untilPassive,
  untilUnblocked,
} from "./standby-waits.ts";

/** The old hub before it becomes the standby of the new one. */
export interface StandbySeen {
  readonly schedules: readonly BackupSchedule[];
  readonly restores: readonly AcmRestore[];
  readonly backups: readonly BackupSummary[];
  readonly allowanceMs: number;
}

type Plan = StepPlan<OperationMemory>;
type Actions = readonly Action<OperationMemory>[];

function sameSpec(spec: AcmRestoreSpec | undefined): boolean {
  return Object.entries(standbySpec).every(([key, value]) => spec?.[key as keyof AcmRestoreSpec] === value);
}

function remember(note: string, standby: StandbyRestore): Action<OperationMemory> {
  return { kind: "remember", note, update: (memory) => ({ ...memory, standby_restore: standby }) };
}

/** The wait has an end, however often its step is planned. */
function awaitPassive(context: BothHubsContext): Actions {
  const { replaced } = context.memory().standby_restore ?? {};
  return [
    { kind: "wait", wait: untilPassive(context) },
    remember("the passive sync of the old hub had its time", {
      ...(replaced === undefined ? {} : { replaced }),
      awaited: true,
    }),
  ];
}

function createPassive(seen: StandbySeen, context: BothHubsContext): Plan {
  const { backup } = context.namespaces;
  const early: Actions = seesNewHub(seen.backups, context.hubs.secondary.id)
    ? []
    : [{ kind: "wait", wait: untilBackupsArrive(context) }];
  return {
    state: "act",
    note: `create Restore ${restoreName.passiveSync} on the old hub`,
    actions: [
      ...early,
      // Before the write: a run killed in between knows that the Restore is this operation's.
      remember("make the old hub the standby", context.memory().standby_restore ?? {}),
      {
        kind: "write",
        change: {
          target: "primary",
          resource: acmRestores,
          ref: { name: restoreName.passiveSync, namespace: backup },
          summary: `create passive Restore ${restoreName.passiveSync} on the old hub`,
          verb: "create",
          body: standbyRestore(backup),
        },
      },
      ...awaitPassive(context),
    ],
    afterwards: "plan-again",
  };
}

/** What ends the step, or leaves nothing to change: `undefined` where the Restore is to be made (anew). */
function settled(passive: AcmRestore | undefined, context: BothHubsContext): Plan | undefined {
  const standby = context.memory().standby_restore;
  const name = restoreName.passiveSync;
  if (passive === undefined) {
    return standby?.awaited === true
      ? { state: "done", note: "gone", warnings: [`Restore ${name} was made on the old hub, and is gone: create it`] }
      : undefined;
  }
  if (isDeleted(passive)) return undefined;
  if (!isActiveRestore(passive)) {
    const isSecond = standby?.replaced !== undefined && standby.replaced !== passive.metadata.uid;
    return isSecond ? endedAgain(passive) : undefined;
  }
  if (!sameSpec(passive.spec)) return undefined;
  if (standby === undefined || standby.awaited === true || passive.status?.phase === "Enabled") {
    return { state: "done", note: `Restore ${name} is ${passive.status?.phase ?? "new"}` };
  }
  return { state: "act", note: "wait for Enabled", actions: awaitPassive(context), afterwards: "plan-again" };
}

function endedAgain(passive: AcmRestore): Plan {
  const { name } = passive.metadata;
  const why = describeEnd(passive);
  return {
    state: "done",
    note: `Restore ${name} ended for good again`,
    warnings: [
      `the old hub is no standby yet: Restore ${name} was made twice, and ended for good twice, the last time as ${why}; once no other Restore is active there and its BackupSchedule is Paused, delete this one and create it anew`,
    ],
  };
}

/** One that this operation made gets one successor; what was there before it is replaced without being counted. */
function replace(passive: AcmRestore | undefined, inTheWay: readonly AcmRestore[], context: BothHubsContext): Plan {
  const name = restoreName.passiveSync;
  const removal = removeRestores(context, "primary", inTheWay);
  const isOurs = context.memory().standby_restore !== undefined;
  const hasEnded = passive !== undefined && !isActiveRestore(passive) && passive.metadata.uid !== undefined;
  const counted: Actions =
    isOurs && hasEnded
      ? [
          { kind: "warn", message: `Restore ${name} of the old hub ended as ${describeEnd(passive)}; it is made anew` },
          remember("the passive Restore of the old hub is made anew once", { replaced: passive.metadata.uid }),
        ]
      : [];
  return { state: "act", note: `replace Restore ${name}`, actions: [...counted, ...removal], afterwards: "plan-again" };
}

/** What lies on the old hub. */
export async function readStandby(context: BothHubsContext): Promise<StandbySeen> {
  const [schedules, restores, backups, allowanceMs] = await Promise.all([
    schedulesOf.once(context, "primary"),
    restoresOf.once(context, "primary"),
    backupsOf.once(context, "primary"),
    scheduleAllowanceMs(context, "primary"),
  ]);
  return { schedules, restores, backups, allowanceMs };
}

/**
 * Makes the old hub follow the new hub's backups by a passive Restore. One that ended for good, because a BackupSchedule
 * or another Restore was active beside it, is made anew once, after that is over. Pure.
 */
export function planStandby(seen: StandbySeen, context: BothHubsContext): Plan {
  const { version } = context.hubs.primary;
  const passive = findPassive(seen.restores);
  const end = settled(passive, context);
  if (end !== undefined) return end;
  if (seen.schedules.some((schedule) => scheduleBlocksRestores(schedule, version))) {
    const actions: Actions = [{ kind: "wait", wait: untilUnblocked(context, seen.allowanceMs) }];
    return {
      state: "act",
      note: withAllowance("wait for the pause", seen.allowanceMs),
      actions,
      afterwards: "plan-again",
    };
  }
  const inTheWay = seen.restores.filter((restore) => restore === passive || isActiveRestore(restore));
  const foreign = inTheWay.find((restore) => restore !== passive && !isDeleted(restore));
  if (foreign !== undefined) {
    return {
      state: "refused",
      error: switchoverError("SW-FIN-12", {
        what: `Restore ${foreign.metadata.name} is active on the old hub`,
        why: "another Restore beside it would be ignored for good",
        fix: "delete it, then resume",
      }),
    };
  }
  return inTheWay.length > 0 ? replace(passive, inTheWay, context) : createPassive(seen, context);
}
