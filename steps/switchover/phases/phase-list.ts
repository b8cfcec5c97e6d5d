import { activateManagedClusters } from "./activation/activate-managed-clusters.ts";
import { activateSelectedClusters } from "./activation/activate-selected-clusters.ts";
import { applyImmediateImportAnnotations } from "./activation/apply-immediate-import.ts";
import { createFullRestore } from "./activation/create-full-restore.ts";
import { verifyArgocdPaused, verifyFluxPaused } from "./activation/verify-argocd-paused.ts";
import { verifyPassiveSync } from "./activation/verify-passive-sync.ts";
import { verifySelectedClusters } from "./activation/verify-selected-clusters.ts";
import { verifyThanosStopped } from "./activation/verify-thanos-stopped.ts";
import { waitRestoreCompletion } from "./activation/wait-restore-completion.ts";
import { resetAutoImportStrategy, setAutoImportStrategy } from "./auto-import-strategy.ts";
import { disableObservability } from "./finalization/disable-observability.ts";
import { enableBackupSchedule, verifyBackupScheduleEnabled } from "./finalization/enable-backup-schedule.ts";
import { fixBackupCollision } from "./finalization/fix-backup-collision.ts";
import { handleOldHub } from "./finalization/handle-old-hub.ts";
import { resumeArgocdApps, resumeFlux } from "./finalization/resume-argocd-apps.ts";
import { verifyBackupIntegrity } from "./finalization/verify-backup-integrity.ts";
import { verifyMchHealth } from "./finalization/verify-mch-health.ts";
import { verifyNewBackups } from "./finalization/verify-new-backups.ts";
import { verifyOldHubState } from "./finalization/verify-old-hub-state.ts";
import { restartObservatoriumApi } from "./post-activation/restart-observatorium-api.ts";
import { scaleUpObservability } from "./post-activation/scale-up-observability.ts";
import { verifyAutoImportCleanup } from "./post-activation/verify-auto-import-cleanup.ts";
import { verifyClustersConnected } from "./post-activation/verify-clusters-connected.ts";
import { verifyKlusterletConnections } from "./post-activation/verify-klusterlet-connections.ts";
import { verifyMetricsCollection } from "./post-activation/verify-metrics-collection.ts";
import { verifyObservabilityPods } from "./post-activation/verify-observability-pods.ts";
import { disableAutoImport } from "./primary-preparation/disable-auto-import.ts";
import { finalBackup } from "./primary-preparation/final-backup.ts";
import { pauseArgocdApps, pauseFlux } from "./primary-preparation/pause-argocd-apps.ts";
import { pauseBackupSchedule } from "./primary-preparation/pause-backup-schedule.ts";
import { primaryPrepSkipped } from "./primary-preparation/primary-prep-skipped.ts";
import { scaleDownThanos } from "./primary-preparation/scale-down-thanos.ts";
import type { SwitchoverStep } from "./switchover-context.ts";

/** One phase: one Tekton Task, and one part of `fairlead switchover run`. */
export interface SwitchoverPhase {
  /** As the state file names it. */
  readonly phase: "primary_preparation" | "activation" | "post_activation_verification" | "finalization";
  /** Name of the Task and of the step module. */
  readonly task: "primary-prep" | "activate" | "post-activate" | "finalize";
  readonly steps: readonly SwitchoverStep[];
}

/** The switchover after its preflight, in order. The Pipeline has the same tasks in the same order. */
export const switchoverPhases: readonly SwitchoverPhase[] = [
  {
    phase: "primary_preparation",
    task: "primary-prep",
    steps: [
      pauseArgocdApps,
      pauseFlux,
      primaryPrepSkipped,
      finalBackup,
      pauseBackupSchedule,
      disableAutoImport,
      scaleDownThanos,
    ],
  },
  {
    phase: "activation",
    task: "activate",
    // One of the two that activate does, as the method says; the other says that it does not apply.
    steps: [
      verifyPassiveSync,
      setAutoImportStrategy,
      verifyArgocdPaused,
      verifyFluxPaused,
      verifyThanosStopped,
      activateSelectedClusters,
      verifySelectedClusters,
      activateManagedClusters,
      createFullRestore,
      waitRestoreCompletion,
      applyImmediateImportAnnotations,
    ],
  },
  {
    phase: "post_activation_verification",
    task: "post-activate",
    // The annotation first: a leftover one prevents the connection that the next steps wait for. Then the klusterlets,
    // after the first part of that wait.
    steps: [
      verifyAutoImportCleanup,
      verifyKlusterletConnections,
      verifyClustersConnected,
      scaleUpObservability,
      restartObservatoriumApi,
      verifyObservabilityPods,
      verifyMetricsCollection,
    ],
  },
  {
    phase: "finalization",
    task: "finalize",
    steps: [
      disableObservability,
      enableBackupSchedule,
      verifyBackupScheduleEnabled,
      fixBackupCollision,
      verifyNewBackups,
      verifyBackupIntegrity,
      verifyMchHealth,
      resetAutoImportStrategy,
      handleOldHub,
      verifyOldHubState,
      resumeArgocdApps,
      resumeFlux,
    ],
  },
];
