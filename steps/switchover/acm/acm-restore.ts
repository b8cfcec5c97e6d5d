import { restoreName } from "./constants.ts";
import { goDurationSeconds } from "./go-duration.ts";
import type { AcmRestore, AcmRestoreStatus, VeleroRestore } from "./hub-objects.ts";
import { parseTime } from "./timestamp.ts";

/** Seconds between two looks of a sync Restore when its spec names none. */
const defaultSyncIntervalSeconds = 1800;

/** Ended for good: the operator never looks at the object again. One being deleted is active until it is gone. */
export function isActiveRestore(restore: AcmRestore): boolean {
  const phase = restore.status?.phase ?? "";
  return phase !== "Finished" && phase !== "FinishedWithErrors";
}

export type RestorePhaseGroup =
  | "enabled"
  | "enabled-with-errors"
  | "in-progress"
  | "finished"
  | "finished-with-errors"
  | "error";

/**
 * Groups the phases of an ACM Restore. `Unknown` (to 2.16: a Velero Restore has no phase yet) is in progress.
 * `Completed`, `Failed`, `PartiallyFailed` and `FailedWithErrors` are no phases of it, yet are understood.
 */
export function restorePhaseGroup(phase: string): RestorePhaseGroup {
  switch (phase) {
    case "Enabled":
      return "enabled";
    case "EnabledWithErrors":
      return "enabled-with-errors";
    case "":
    case "Started":
    case "Running":
    case "Unknown":
      return "in-progress";
    case "Finished":
    case "Completed":
      return "finished";
    case "FinishedWithErrors":
      return "finished-with-errors";
    default:
      return "error";
  }
}

/** The object that the operator names as the reason for ignoring a Restore, as it writes it; `undefined` when it was not ignored. */
export function ignoredBecauseOf(lastMessage: string): string | undefined {
  if (!lastMessage.startsWith("This resource is ignored because")) {
    return undefined;
  }
  return /ignored because (.+?) is currently active/.exec(lastMessage)?.[1] ?? lastMessage;
}

/** Storage or missing backups: causes that the operator looks at again every 60 s, so that `Error` can end by itself. */
export function isRetriedBySchedule(lastMessage: string): boolean {
  return /BackupStorageLocation|no velero backups found/i.test(lastMessage);
}

const statusFields = {
  managedClusters: "veleroManagedClustersRestoreName",
  credentials: "veleroCredentialsRestoreName",
  resources: "veleroResourcesRestoreName",
  resourcesGeneric: "veleroGenericResourcesRestoreName",
} as const satisfies Readonly<Record<string, keyof AcmRestoreStatus>>;

/** Kind of backup → name of the Velero Restore that the status names; kinds without one are left out. */
export function namedVeleroRestores(
  restore: AcmRestore,
): readonly { readonly kind: keyof typeof statusFields; readonly name: string }[] {
  const kinds = ["managedClusters", "credentials", "resources", "resourcesGeneric"] as const;
  return kinds.flatMap((kind) => {
    const name = restore.status?.[statusFields[kind]] ?? "";
    return name === "" ? [] : [{ kind, name }];
  });
}

/** The passive Restore in use: the newest that syncs, else the one of the usual name. */
export function findPassiveRestore(restores: readonly AcmRestore[]): AcmRestore | undefined {
  const syncing = restores.filter((restore) => restore.spec?.syncRestoreWithNewBackups === true);
  return (
    syncing.toSorted((a, b) => createdAt(b) - createdAt(a))[0] ??
    restores.find((restore) => restore.metadata.name === restoreName.passiveSync)
  );
}

/** Seconds between two looks for newer backups. */
export function syncIntervalSeconds(restore: AcmRestore): number {
  return goDurationSeconds(restore.spec?.restoreSyncInterval ?? "") ?? defaultSyncIntervalSeconds;
}

/** What is kept of a Velero Restore. */
export interface VeleroRestoreSummary {
  readonly name: string;
  readonly phase: string;
  readonly backupName: string;
  readonly scheduleName: string;
  /** uid of the ACM Restore that made it; empty when there is none. */
  readonly ownerUid: string;
  readonly createdAt: number | undefined;
  readonly validationErrors: readonly string[];
  readonly errors: number;
  readonly warnings: number;
  readonly itemsRestored: number;
  readonly totalItems: number;
}

export function summariseVeleroRestore(restore: VeleroRestore): VeleroRestoreSummary {
  const { metadata, spec, status } = restore;
  return {
    name: metadata.name,
    phase: status?.phase ?? "",
    backupName: spec?.backupName ?? "",
    scheduleName: spec?.scheduleName ?? "",
    ownerUid:
      metadata.ownerReferences?.find((owner) => owner.kind === "Restore" && owner.controller === true)?.uid ?? "",
    createdAt: parseTime(metadata.creationTimestamp),
    validationErrors: status?.validationErrors ?? [],
    errors: status?.errors ?? 0,
    warnings: status?.warnings ?? 0,
    itemsRestored: status?.progress?.itemsRestored ?? 0,
    totalItems: status?.progress?.totalItems ?? 0,
  };
}

export type VeleroRestoreVerdict = "in-progress" | "completed" | "empty" | "failed";

/**
 * Judges a Velero Restore. `empty` is PartiallyFailed without an error: ACM's documentation calls that the end of a
 * restore with nothing in it (Velero 1.18 says Completed with a warning).
 */
export function judgeVeleroRestore(restore: VeleroRestoreSummary): VeleroRestoreVerdict {
  switch (restore.phase) {
    case "Completed":
      return "completed";
    case "PartiallyFailed":
      return restore.errors === 0 ? "empty" : "failed";
    case "Failed":
    case "FailedValidation":
    case "Deleting":
      return "failed";
    default:
      return "in-progress";
  }
}

/** `v1 is FailedValidation (backup not found)`, for messages. */
export function describeVeleroRestore(restore: VeleroRestoreSummary): string {
  const phase = restore.phase === "" ? "without a phase" : restore.phase;
  const detail = [...restore.validationErrors, ...(restore.errors > 0 ? [`${restore.errors} errors`] : [])];
  return `Velero Restore ${restore.name} is ${phase}${detail.length === 0 ? "" : ` (${detail.join("; ")})`}`;
}

function createdAt(restore: AcmRestore): number {
  return parseTime(restore.metadata.creationTimestamp) ?? 0;
}
