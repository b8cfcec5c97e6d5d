import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";
import { namedRestore } from "./names.ts";

const backupLabel = "cluster.open-cluster-management.io/backup";
const backupName = "velero.io/backup-name";

/**
 * `CleanupRestored` of the credentials: what Velero once restored from another backup than the one that status names goes,
 * even where that one brought only the activation part. From 2.17 on a skipped kind restores, and deletes, nothing.
 */
export async function cleanUpCredentials(stage: Stage, restore: SimObject): Promise<void> {
  if (text(restore.spec, "cleanupBeforeRestore") !== "CleanupRestored") return;
  const restored = text(namedRestore(stage, restore, "credentials")?.spec, "backupName").slice(0, 63);
  if (restored === "") return;
  for (const kind of ["secrets", "configMaps"] as const) {
    for (const object of stage.world.all(kind)) {
      const { labels = {} } = object.metadata;
      const from = labels[backupName];
      if (labels[backupLabel] !== undefined && from !== undefined && from !== restored && isCredential(from))
        await stage.world.remove(kind, object);
    }
  }
}

function isCredential(backup: string): boolean {
  return backup.startsWith("acm-credentials-schedule-");
}
