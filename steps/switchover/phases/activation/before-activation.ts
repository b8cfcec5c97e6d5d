import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { BackupSummary } from "../../acm/backup.ts";
import { scheduleBlocksRestores } from "../../acm/backup-schedule.ts";
import { describeStorage, isUsable, type StorageLocation } from "../../acm/backup-storage.ts";
import type { AcmRestore, BackupSchedule } from "../../acm/hub-objects.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, schedulesOf, storageOf, veleroRestoresOf } from "../hub-reads.ts";
import { type BothHubsContext, ms, type SwitchoverContext } from "../switchover-context.ts";
import { notYetVisible } from "./fresh-passive.ts";

// What every way of activating waits for before it changes anything.

type Plan = StepPlan<OperationMemory>;

/** What an activation looks at; of the new hub but for `primaryBackups`. */
export interface BeforeActivation {
  readonly schedules: readonly BackupSchedule[];
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  /** Visible on the new hub. */
  readonly backups: readonly BackupSummary[];
  /** Nobody knows them where the old hub is declared down. */
  readonly primaryBackups: readonly BackupSummary[] | undefined;
  readonly storage: readonly StorageLocation[];
}

export async function readBeforeActivation(context: SwitchoverContext): Promise<BeforeActivation> {
  const [schedules, restores, veleroRestores, backups, primaryBackups, storage] = await Promise.all([
    schedulesOf.once(context, "secondary"),
    restoresOf.once(context, "secondary"),
    veleroRestoresOf.once(context, "secondary"),
    backupsOf.once(context, "secondary"),
    context.oldHub === "down" ? undefined : backupsOf.once(context, "primary"),
    storageOf.once(context, "secondary"),
  ]);
  return { schedules, restores, veleroRestores, backups, primaryBackups, storage };
}

/** A round that ends with another look. */
export function waitThenLook(note: string, ...actions: readonly Action<OperationMemory>[]): Plan {
  return { state: "act", note, actions, afterwards: "plan-again" };
}

function untilVisible(context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the new hub sees the newest backups of the old hub",
    sources: { onPrimary: backupsOf.live(context, "primary"), onSecondary: backupsOf.live(context, "secondary") },
    decide: ({ onPrimary, onSecondary }) => {
      const missing = notYetVisible(onPrimary, onSecondary);
      return missing.length === 0
        ? { state: "done", note: "all visible" }
        : { state: "pending", note: `not yet on the new hub: ${missing.join(", ")}` };
    },
    timeoutMs: ms(context.tuning.backupSyncWait),
    onTimeout: (note) =>
      switchoverError(
        "SW-ACT-04",
        {
          what: "the newest backups of the old hub did not reach the new hub",
          why: note,
          fix: "check Velero and the storage location of the new hub, then resume; nothing was changed there",
        },
        "timeout",
      ),
  });
}

function untilStorage(context: SwitchoverContext): Wait {
  return waitOn({
    title: "waiting for a usable backup storage location on the new hub",
    sources: { storage: storageOf.live(context, "secondary") },
    decide: ({ storage }) =>
      storage.some(isUsable)
        ? { state: "done", note: "usable" }
        : { state: "pending", note: storage.map(describeStorage).join(", ") || "there is none" },
    timeoutMs: ms(context.tuning.errorGrace),
    onTimeout: (note) =>
      switchoverError("SW-ACT-06", {
        what: "the new hub has no usable backup storage location",
        why: note,
        fix: "mend the storage location, then resume; nothing was changed",
      }),
  });
}

function blockedBySchedule(blocking: BackupSchedule): Plan {
  return {
    state: "refused",
    error: switchoverError("SW-ACT-01", {
      what: `BackupSchedule ${blocking.metadata.name} on the new hub is ${blocking.status?.phase || "without a phase"}`,
      why: "a schedule that is not paused ends every Restore beside it for good",
      fix: "pause it and wait for the phase Paused, or delete it, then resume",
    }),
  };
}

/** A schedule that was unpaused since the preflight. Pure. */
export function refuseActiveSchedule(
  schedules: readonly BackupSchedule[],
  context: SwitchoverContext,
): Plan | undefined {
  const { version } = context.hubs.secondary;
  const blocking = schedules.find((schedule) => scheduleBlocksRestores(schedule, version));
  return blocking === undefined ? undefined : blockedBySchedule(blocking);
}

/**
 * The new hub restores what it sees: a backup that ended minutes ago may not be there yet. What an old hub that is
 * declared down made last is as good as lost. Pure.
 */
export function waitUntilVisible(
  onPrimary: readonly BackupSummary[] | undefined,
  onSecondary: readonly BackupSummary[],
  context: SwitchoverContext,
): Plan | undefined {
  return context.oldHub === "down" || onPrimary === undefined || notYetVisible(onPrimary, onSecondary).length === 0
    ? undefined
    : waitThenLook("wait for the newest backups", { kind: "wait", wait: untilVisible(context) });
}

/** A lost location does not show on a Restore that is Enabled: the activation would be accepted, and fail. Pure. */
export function waitUntilStorage(storage: readonly StorageLocation[], context: SwitchoverContext): Plan | undefined {
  return storage.some(isUsable)
    ? undefined
    : waitThenLook("wait for the storage location", { kind: "wait", wait: untilStorage(context) });
}
