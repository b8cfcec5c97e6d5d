import { checkRemoval } from "./check-removal.ts";
import type { DecommissionStep } from "./decommission-context.ts";
import { deleteManagedClusters } from "./delete-managed-clusters.ts";
import { removeBackups } from "./remove-backups.ts";
import { removeHub } from "./remove-hub.ts";
import { removeObservability } from "./remove-observability.ts";

/** The removal of a hub, in order: ACM's webhook refuses to let ACM go before all the others are gone. */
export const decommissionSteps: readonly DecommissionStep[] = [
  checkRemoval,
  removeObservability,
  removeBackups,
  deleteManagedClusters,
  removeHub,
];
