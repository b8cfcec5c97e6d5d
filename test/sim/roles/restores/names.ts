import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";

/** What a Restore names a backup for; generic resources follow the resources. */
export type Kind = "managedClusters" | "credentials" | "resources" | "generic";

export const scheduleOf: Readonly<Record<Kind, string>> = {
  managedClusters: "acm-managed-clusters-schedule",
  credentials: "acm-credentials-schedule",
  resources: "acm-resources-schedule",
  generic: "acm-resources-generic-schedule",
};

export const statusField: Readonly<Record<Kind, string>> = {
  managedClusters: "veleroManagedClustersRestoreName",
  credentials: "veleroCredentialsRestoreName",
  resources: "veleroResourcesRestoreName",
  generic: "veleroGenericResourcesRestoreName",
};

const specField: Readonly<Record<Kind, string>> = {
  managedClusters: "veleroManagedClustersBackupName",
  credentials: "veleroCredentialsBackupName",
  resources: "veleroResourcesBackupName",
  generic: "veleroResourcesBackupName",
};

/** `latest`, `skip` or the name of a Velero Backup, as the operator compares it. */
export function wanted(restore: SimObject, kind: Kind): string {
  return text(restore.spec, specField[kind]).trim().toLowerCase();
}

export function isSync(restore: SimObject): boolean {
  return restore.spec?.["syncRestoreWithNewBackups"] === true;
}

export function activates(restore: SimObject): boolean {
  return wanted(restore, "managedClusters") !== "skip";
}

/** The Velero Restore that status names for this kind. */
export function namedRestore(stage: Stage, restore: SimObject, kind: Kind): SimObject | undefined {
  return stage.world.find("veleroRestores", text(restore.status, statusField[kind]), stage.namespace);
}
