import { label, veleroScheduleName } from "./constants.ts";
import type { VeleroBackup } from "./hub-objects.ts";
import { parseTime } from "./timestamp.ts";

/** The five kinds of backup that a BackupSchedule makes, and the marker that a finished Restore leaves. */
export type BackupType = keyof typeof veleroScheduleName;

/** The kinds that a Restore restores. */
export const restorableTypes = ["managedClusters", "credentials", "resources", "resourcesGeneric"] as const;
export type RestorableType = (typeof restorableTypes)[number];

/**
 * Whose a backup is. `marker` is an `acm-restore-clusters-*`: ACM's, but no proof of continuity nor of an activation,
 * since one is written even where nothing was activated.
 */
export type BackupOwner =
  | { readonly kind: "schedule"; readonly type: BackupType; readonly by: "label" | "name" }
  | { readonly kind: "marker"; readonly restoringHub: string }
  | { readonly kind: "other" };

/** What is kept of a Velero Backup. Times are milliseconds since the epoch. */
export interface BackupSummary {
  readonly name: string;
  readonly owner: BackupOwner;
  /** Empty until Velero has looked at it. */
  readonly phase: string;
  readonly createdAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  readonly storageLocation: string;
  /** ClusterVersion id of the producing hub; empty when the label is absent. */
  readonly producer: string;
  readonly errors: number;
  readonly warnings: number;
}

/** Pure projection for `list` and watches. */
export function summariseBackup(backup: VeleroBackup): BackupSummary {
  const { metadata, spec, status } = backup;
  return {
    name: metadata.name,
    owner: backupOwner(metadata.name, metadata.labels ?? {}),
    phase: status?.phase ?? "",
    createdAt: parseTime(metadata.creationTimestamp),
    startedAt: parseTime(status?.startTimestamp),
    completedAt: parseTime(status?.completionTimestamp),
    storageLocation: spec?.storageLocation ?? "",
    producer: metadata.labels?.[label.backupCluster] ?? "",
    errors: status?.errors ?? 0,
    warnings: status?.warnings ?? 0,
  };
}

const typeByLabel = new Map(Object.keys(veleroScheduleName).map((type) => [type, type as BackupType]));
const typeByName: readonly (readonly [RegExp, BackupType])[] = [
  [/^acm-managed-clusters-/, "managedClusters"],
  [/^acm-credentials-/, "credentials"],
  [/^acm-resources-generic-/, "resourcesGeneric"],
  [/^acm-resources-/, "resources"],
];

/** The label decides; only a backup without the label is judged by its name. */
export function backupOwner(name: string, labels: Readonly<Record<string, string>>): BackupOwner {
  const byLabel = typeByLabel.get(labels[label.backupScheduleType] ?? "");
  if (byLabel !== undefined) {
    return { kind: "schedule", type: byLabel, by: "label" };
  }
  if (name.startsWith("acm-restore-clusters-") || labels[label.restoreCluster] !== undefined) {
    return { kind: "marker", restoringHub: labels[label.restoreCluster] ?? "" };
  }
  const byName = typeByName.find(([pattern]) => pattern.test(name));
  return byName === undefined ? { kind: "other" } : { kind: "schedule", type: byName[1], by: "name" };
}

export function isAcmOwned(backup: BackupSummary): boolean {
  return backup.owner.kind !== "other";
}

export function isOfType(backup: BackupSummary, type: BackupType): boolean {
  return backup.owner.kind === "schedule" && backup.owner.type === type;
}

const endedPhases: ReadonlySet<string> = new Set([
  "Completed",
  "PartiallyFailed",
  "Failed",
  "FailedValidation",
  "Deleting",
]);

/**
 * Whether Velero may still work on a Backup or Restore of that phase. Every phase that is not known to be an end
 * counts, the empty one and those of later Velero releases too (1.18 added `Queued` and `ReadyToStart`).
 */
export function isInProgress(phase: string): boolean {
  return !endedPhases.has(phase);
}

/** When it ended, else began, else was made; 0 where it says nothing of it. */
export function effectiveTime({ completedAt, startedAt, createdAt }: BackupSummary): number {
  return completedAt ?? startedAt ?? createdAt ?? 0;
}

/**
 * The newest of a type by `status.startTimestamp`; one that has not started counts as oldest. Velero's queue runs one
 * Backup at a time, so that neither name nor creation time gives the order. Equal starts: the later name.
 */
export function newestOfType(backups: readonly BackupSummary[], type: BackupType): BackupSummary | undefined {
  return newest(backups.filter((backup) => isOfType(backup, type)));
}

/** The newest by `status.startTimestamp`, see {@link newestOfType}. */
export function newest(backups: readonly BackupSummary[]): BackupSummary | undefined {
  return backups.reduce<BackupSummary | undefined>(
    (best, backup) => (best === undefined || startsLater(backup, best) ? backup : best),
    undefined,
  );
}

/**
 * What the backup operator would take for `latest` on the hub whose backups these are: name begins with that of the
 * Velero Schedule, phase Completed or PartiallyFailed, newest start. Each kind by itself, so that two writers on one
 * storage mix their families.
 */
export function resolveLatest(backups: readonly BackupSummary[], type: RestorableType): BackupSummary | undefined {
  const prefix = veleroScheduleName[type];
  return newest(
    backups.filter(
      (backup) =>
        backup.name.startsWith(prefix) && (backup.phase === "Completed" || backup.phase === "PartiallyFailed"),
    ),
  );
}

/** The `yyyymmddhhmmss` at the end of an ACM backup's name, as UTC milliseconds; `undefined` for any other name. */
export function nameTimestamp(name: string): number | undefined {
  const match = /-(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(name);
  if (match === null) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second] = match;
  return parseTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function startsLater(a: BackupSummary, b: BackupSummary): boolean {
  const difference = (a.startedAt ?? Number.NEGATIVE_INFINITY) - (b.startedAt ?? Number.NEGATIVE_INFINITY);
  return difference > 0 || (!(difference < 0) && a.name > b.name);
}
