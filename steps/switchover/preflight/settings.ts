import type { BackupSchedule } from "../acm/hub-objects.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";

/** What of the run's parameters and memory the checks depend on. */
export interface PreflightSettings {
  /** `validate` only looks; `switchover` precedes one. */
  readonly mode: "validate" | "switchover";
  readonly dryRun: boolean;
  readonly method: "passive" | "full";
  readonly activationMethod: "patch" | "restore";
  readonly oldHubAction: "secondary" | "decommission" | "none";
  /** Labels of the clusters that move first; absent = all at once. */
  readonly clusterSelector?: string;
  readonly versionPolicy: "exact" | "minor" | "newer-ok";
  readonly allowPartialBackup: boolean;
  readonly skipRbacValidation: boolean;
  readonly skipObservabilityChecks: boolean;
  readonly manageAutoImportStrategy: boolean;
  readonly strictHealth: boolean;
  /** The old hub loses its MultiClusterObservability at the end. */
  readonly disableObservability: boolean;
  /** The switchover backs the old hub up once more. */
  readonly finalBackup: boolean;
  /** The switchover pauses Argo CD's Applications itself. */
  readonly argocdManage: boolean;
  /** And suspends what of Flux touches ACM. */
  readonly fluxManage: boolean;
  readonly skipGitopsCheck: boolean;
  readonly namespaces: HubNamespaces;
  readonly waits: PreflightWaits;
  /** uid of the Restore that this operation activated, from its state file. */
  readonly activatedRestoreUid?: string;
  /** What marks the Restore that this operation creates, or is about to create, for the activation. */
  readonly activationMarker?: string;
  /** This operation deleted the passive Restore: it makes it anew, or goes on without it. */
  readonly remakesPassiveRestore?: true;
  /** What the template of the new hub's BackupSchedule says of import tokens; absent = there is none, or it does not say. */
  readonly templateMakesTokens?: boolean;
  /** BackupSchedules that this operation saved before it paused them. */
  readonly savedSchedules: readonly BackupSchedule[];
  /** Which checks run: all, or those that a resumed operation repeats. */
  readonly scope: PreflightScope;
}

/** Seconds. */
export interface PreflightWaits {
  readonly backupInProgress: number;
  readonly backupPoll: number;
  readonly backupSync: number;
  /** How long a BackupStorageLocation may be `Unavailable` before that is believed. */
  readonly storageGrace: number;
  /** What a backup may be older than its cadence. */
  readonly backupMaxAge: number;
}

/** How far the operation has come, which decides what a resumed one checks again. */
export type PreflightScope = "full" | "before-pause" | "paused" | "activated" | "removing";

/** Whether Argo CD matters to this run at all. */
export function looksAtArgoCd(settings: Pick<PreflightSettings, "argocdManage" | "skipGitopsCheck">): boolean {
  return settings.argocdManage || !settings.skipGitopsCheck;
}

/** The role that this mode needs: reading suffices wherever nothing is written. */
export function neededRole(settings: Pick<PreflightSettings, "mode" | "dryRun">): "operator" | "validator" {
  return settings.mode === "validate" || settings.dryRun ? "validator" : "operator";
}
