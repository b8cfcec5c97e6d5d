import type { CheckResult, Finding } from "../preflight/finding.ts";
import type { PostflightCheck, PostflightSettings } from "./check.ts";
import { acmPods, autoImportStrategy, mchHealth } from "./checks/acm.ts";
import { backupAge, backupSchedule, backupStorage, latestBackup } from "./checks/backups.ts";
import { autoImportLeftovers, clustersAvailable, clustersImported, clustersJoined } from "./checks/clusters.ts";
import { newHubConnectivity, oldHubConnectivity } from "./checks/connectivity.ts";
import { grafanaRoute, observabilityPods, observabilityReady } from "./checks/observability.ts";
import { oldHubClusters, oldHubObservability, oldHubPassiveRestore, oldHubSchedule } from "./checks/old-hub.ts";
import { restore } from "./checks/restore.ts";
import { veleroLog } from "./checks/velero-log.ts";
import type { PostflightObservation } from "./observation.ts";

/** Every check, in the order of the report. A new one needs only its line here. */
export const postflightChecks: readonly PostflightCheck[] = [
  newHubConnectivity,
  restore,
  clustersAvailable,
  clustersJoined,
  clustersImported,
  observabilityReady,
  observabilityPods,
  grafanaRoute,
  backupSchedule,
  latestBackup,
  backupAge,
  veleroLog,
  backupStorage,
  mchHealth,
  acmPods,
  autoImportLeftovers,
  autoImportStrategy,
  oldHubConnectivity,
  oldHubClusters,
  oldHubSchedule,
  oldHubObservability,
  oldHubPassiveRestore,
];

/** The verdicts over one observation. Pure. */
export function evaluatePostflight(
  observation: PostflightObservation,
  settings: PostflightSettings,
): readonly CheckResult[] {
  return postflightChecks.flatMap((check) => {
    const { id, number, name } = check;
    return evaluate(check, observation, settings).map((finding) => ({ id, number, name, ...finding }));
  });
}

function evaluate(
  check: PostflightCheck,
  observation: PostflightObservation,
  settings: PostflightSettings,
): readonly Finding[] {
  if (check.hub === "secondary") {
    return check.evaluate(observation.secondary, settings, observation);
  }
  return observation.primary === undefined ? [] : check.evaluate(observation.primary, settings);
}
