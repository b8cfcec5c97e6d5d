import { restoreName } from "./constants.ts";
import type { AcmRestore, AcmRestoreSpec } from "./hub-objects.ts";

/** A passive sync as ACM's documentation has it: everything but the managed clusters, again at each new backup. */
export const standbySpec: AcmRestoreSpec = {
  syncRestoreWithNewBackups: true,
  restoreSyncInterval: "10m",
  cleanupBeforeRestore: "CleanupRestored",
  veleroManagedClustersBackupName: "skip",
  veleroCredentialsBackupName: "latest",
  veleroResourcesBackupName: "latest",
};

/** The Restore that makes a hub the standby of another one. Pure. */
export function standbyRestore(namespace: string): AcmRestore {
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "Restore",
    metadata: { name: restoreName.passiveSync, namespace },
    spec: standbySpec,
  };
}
