import { type BackupSummary, isOfType, nameTimestamp, newest, type RestorableType, resolveLatest } from "./backup.ts";

/** One complete set of backups, by name, for a Restore that names all three (the operator finds the generic one itself). */
export interface BackupFamily {
  readonly managedClusters: string;
  readonly credentials: string;
  readonly resources: string;
  /** Chosen by the operator from the resources name; here only to be checked. */
  readonly resourcesGeneric: string;
}

export type Pinning =
  | { readonly kind: "pinned"; readonly family: BackupFamily }
  /** All three `latest`, with a warning that says why. */
  | { readonly kind: "latest"; readonly why: string };

export interface PinningInput {
  /** Backups visible on the hub that restores. */
  readonly visible: readonly BackupSummary[];
  /** Start (ms) of the credentials backup last restored there; absent when none was. */
  readonly restoredCredentialsStart?: number;
}

/**
 * Velero's own cron runs name the backups of one set up to a second apart; starts say nothing, as the queue spreads
 * them over minutes.
 */
const familySpreadMs = 5_000;
/** The operator takes a generic backup only with exactly the resources name's timestamp or a start within 30 s of it. */
const genericStartMs = 30_000;

/**
 * Names of one family: the managed-clusters backup that `latest` would give, and the credentials, resources and
 * generic ones of the same hub and set, each Completed. Credentials older than those last restored are not taken.
 *
 * @example pinBackups({ visible }) // { kind: "pinned", family: { managedClusters: "acm-managed-clusters-schedule-20260101000000", … } }
 */
export function pinBackups(input: PinningInput): Pinning {
  const managedClusters = resolveLatest(input.visible, "managedClusters");
  const stamp = managedClusters === undefined ? undefined : nameTimestamp(managedClusters.name);
  if (managedClusters === undefined || stamp === undefined) {
    return latest("no managed-clusters backup with a timestamp in its name is visible");
  }
  if (managedClusters.phase !== "Completed") {
    return latest(`${managedClusters.name} is ${managedClusters.phase}`);
  }
  const ofSet = input.visible.filter((backup) => isOfSameSet(backup, managedClusters, stamp));
  const credentials = member(ofSet, "credentials");
  const resources = member(ofSet, "resources");
  if (credentials === undefined || resources === undefined) {
    return latest(
      `no Completed ${credentials === undefined ? "credentials" : "resources"} backup of the set of ${managedClusters.name}`,
    );
  }
  if ((credentials.startedAt ?? 0) < (input.restoredCredentialsStart ?? 0)) {
    return latest(`${credentials.name} is older than the credentials backup that was restored last`);
  }
  const generic = genericFor(resources, ofSet);
  if (generic === undefined) {
    return latest(`no Completed generic resources backup that the operator would take beside ${resources.name}`);
  }
  return {
    kind: "pinned",
    family: {
      managedClusters: managedClusters.name,
      credentials: credentials.name,
      resources: resources.name,
      resourcesGeneric: generic.name,
    },
  };
}

function isOfSameSet(backup: BackupSummary, anchor: BackupSummary, anchorStamp: number): boolean {
  const stamp = nameTimestamp(backup.name);
  return (
    backup.phase === "Completed" &&
    backup.producer === anchor.producer &&
    stamp !== undefined &&
    Math.abs(stamp - anchorStamp) <= familySpreadMs
  );
}

function member(ofSet: readonly BackupSummary[], type: RestorableType): BackupSummary | undefined {
  return newest(ofSet.filter((backup) => isOfType(backup, type)));
}

function genericFor(resources: BackupSummary, ofSet: readonly BackupSummary[]): BackupSummary | undefined {
  const stamp = nameTimestamp(resources.name) ?? Number.NaN;
  const generics = ofSet.filter((backup) => isOfType(backup, "resourcesGeneric"));
  return (
    generics.find((backup) => nameTimestamp(backup.name) === stamp) ??
    newest(generics.filter((backup) => Math.abs((backup.startedAt ?? Number.NaN) - stamp) <= genericStartMs))
  );
}

function latest(why: string): Pinning {
  return { kind: "latest", why };
}
