import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { isActiveRestore } from "../../acm/acm-restore.ts";
import { type BackupSummary, resolveLatest } from "../../acm/backup.ts";
import { scheduleBlocksRestores } from "../../acm/backup-schedule.ts";
import { restoreName } from "../../acm/constants.ts";
import type { AcmRestore, AcmRestoreSpec, BackupSchedule } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, scheduleAllowanceMs, schedulesOf, withAllowance } from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import { type BothHubsContext, ms, oldHubStep } from "../switchover-context.ts";
import { planRemoval, type RemovalSeen, readRemoval } from "./remove-old-hub.ts";

interface Seen {
  readonly schedules: readonly BackupSchedule[];
  readonly restores: readonly AcmRestore[];
  readonly backups: readonly BackupSummary[];
  readonly allowanceMs: number;
}

type Plan = StepPlan<OperationMemory>;

const passiveSpec: AcmRestoreSpec = {
  syncRestoreWithNewBackups: true,
  restoreSyncInterval: "10m",
  cleanupBeforeRestore: "CleanupRestored",
  veleroManagedClustersBackupName: "skip",
  veleroCredentialsBackupName: "latest",
  veleroResourcesBackupName: "latest",
};

function sameSpec(spec: AcmRestoreSpec | undefined): boolean {
  return Object.entries(passiveSpec).every(([key, value]) => spec?.[key as keyof AcmRestoreSpec] === value);
}

/** Whether the newest passive backups that the old hub sees are the new hub's. Pure. */
export function seesNewHub(backups: readonly BackupSummary[], newHubId: string): boolean {
  return (["credentials", "resources"] as const).every((type) => resolveLatest(backups, type)?.producer === newHubId);
}

function untilUnblocked(context: BothHubsContext, allowanceMs: number): Wait {
  const { version } = context.hubs.primary;
  return waitOn({
    title: "waiting until the old hub's backup schedule is paused",
    sources: { schedules: schedulesOf.live(context, "primary") },
    decide: ({ schedules }) => {
      const left = schedules.filter((schedule) => scheduleBlocksRestores(schedule, version));
      return left.length === 0
        ? { state: "done", note: "paused" }
        : {
            state: "pending",
            note: left.map((one) => `${one.metadata.name} is ${one.status?.phase || "without a phase"}`).join(", "),
          };
    },
    timeoutMs: ms(context.tuning.schedulePausedWait) + allowanceMs,
    onTimeout: (note) =>
      switchoverError(
        "SW-FIN-11",
        {
          what: "the old hub cannot become the secondary: its BackupSchedule is not paused",
          why: note,
          fix: "pause it and wait for the phase Paused, then resume",
        },
        "timeout",
      ),
  });
}

function untilBackupsArrive(context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the old hub sees the new hub's backups",
    sources: { backups: backupsOf.live(context, "primary") },
    decide: ({ backups }) =>
      seesNewHub(backups, context.hubs.secondary.id)
        ? { state: "done", note: "the newest backups are the new hub's" }
        : { state: "pending", note: "the newest credentials or resources backup is not the new hub's yet" },
    timeoutMs: ms(context.tuning.backupSyncWait),
    onTimeout: (note) => ({
      warning: `${note}: the passive sync of the old hub starts with its own last backup and follows at its interval`,
    }),
  });
}

function untilPassive(context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the old hub's passive sync is Enabled",
    sources: { restores: restoresOf.live(context, "primary") },
    decide: ({ restores }) => {
      const restore = restores.find((candidate) => candidate.metadata.name === restoreName.passiveSync);
      const phase = restore?.status?.phase ?? "";
      return phase === "Enabled"
        ? { state: "done", note: "Enabled" }
        : {
            state: "pending",
            note: `phase ${phase || "empty"}: ${(restore?.status?.lastMessage ?? "").slice(0, 200)}`,
          };
    },
    timeoutMs: ms(context.tuning.passiveSettle),
    onTimeout: (note) => ({ warning: `the passive sync of the old hub is not Enabled yet: ${note}` }),
  });
}

function createPassive(seen: Seen, context: BothHubsContext): Plan {
  const { backup } = context.namespaces;
  const body: AcmRestore = {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "Restore",
    metadata: { name: restoreName.passiveSync, namespace: backup },
    spec: passiveSpec,
  };
  const early: readonly Action<OperationMemory>[] = seesNewHub(seen.backups, context.hubs.secondary.id)
    ? []
    : [{ kind: "wait", wait: untilBackupsArrive(context) }];
  return {
    state: "act",
    note: `create Restore ${restoreName.passiveSync} on the old hub`,
    actions: [
      ...early,
      {
        kind: "write",
        change: {
          target: "primary",
          resource: acmRestores,
          ref: { name: restoreName.passiveSync, namespace: backup },
          summary: `create passive Restore ${restoreName.passiveSync} on the old hub`,
          verb: "create",
          body,
        },
      },
      { kind: "wait", wait: untilPassive(context) },
    ],
    afterwards: "done",
  };
}

/** Recorded as done, yet nothing is read of the old hub. */
const leftAlone = "left-alone";

export function leavesAlone({ settings }: BothHubsContext): boolean {
  return settings.oldHubAction === "none";
}

/** Makes the old hub the standby of the new one, which follows its backups; or removes ACM from it. */
export const handleOldHub = oldHubStep<Seen | RemovalSeen | typeof leftAlone>({
  name: "handle_old_hub",
  title: "Give the old hub its part",
  onResume: "observe",
  async read(context) {
    if (leavesAlone(context)) return leftAlone;
    if (context.settings.oldHubAction === "decommission") return await readRemoval(context);
    const [schedules, restores, backups, allowanceMs] = await Promise.all([
      schedulesOf.once(context, "primary"),
      restoresOf.once(context, "primary"),
      backupsOf.once(context, "primary"),
      scheduleAllowanceMs(context, "primary"),
    ]);
    return { schedules, restores, backups, allowanceMs };
  },
  plan(seen, context) {
    if (seen === leftAlone) return { state: "done", note: "left as it is: old-hub-action is none" };
    if ("kind" in seen) return planRemoval(seen, context);
    const { version } = context.hubs.primary;
    const passive = seen.restores.find((restore) => restore.metadata.name === restoreName.passiveSync);
    if (
      passive !== undefined &&
      isActiveRestore(passive) &&
      sameSpec(passive.spec) &&
      passive.metadata.deletionTimestamp === undefined
    ) {
      return { state: "done", note: `Restore ${passive.metadata.name} is ${passive.status?.phase ?? "new"}` };
    }
    if (seen.schedules.some((schedule) => scheduleBlocksRestores(schedule, version))) {
      const actions: readonly Action<OperationMemory>[] = [
        { kind: "wait", wait: untilUnblocked(context, seen.allowanceMs) },
      ];
      return {
        state: "act",
        note: withAllowance("wait for the pause", seen.allowanceMs),
        actions,
        afterwards: "plan-again",
      };
    }
    const inTheWay = seen.restores.filter((restore) => restore === passive || isActiveRestore(restore));
    const foreign = inTheWay.find((restore) => restore !== passive && restore.metadata.deletionTimestamp === undefined);
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
    if (inTheWay.length > 0) {
      const actions = removeRestores(context, "primary", inTheWay);
      return { state: "act", note: `replace Restore ${restoreName.passiveSync}`, actions, afterwards: "plan-again" };
    }
    return createPassive(seen, context);
  },
});
