import type { OwnerReference } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { AcmRestoreSpec, BackupSchedule, BackupScheduleSpec } from "../acm/hub-objects.ts";
import type { ImportNotes, ImportRefusal } from "../acm/import-messages.ts";
import type { BaselineCluster } from "../acm/managed-cluster.ts";

// What an operation remembers between its steps and runs: the key `config` of the state file, whose names other tools read.

/** Enough of a Restore to make it anew. */
export interface RestoreSnapshot {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: AcmRestoreSpec;
}

export interface Activation {
  readonly restoreName: string;
  readonly restoreUid: string;
  readonly expectedManagedClustersBackup: string;
  /** Hub time, ms since the epoch: Velero Restores made before belong to the passive sync. */
  readonly appliedAt: number;
  /** What a Restore that was created names. */
  readonly pinned?: RestoreNames;
}

/** Names in the spec of a Restore: a Velero Backup, `latest` or `skip`. */
export interface RestoreNames {
  readonly managedClusters: string;
  readonly credentials: string;
  readonly resources: string;
}

/** What a Restore that is created for the activation shall be. */
export interface RestoreOrder {
  /** `data`: the first of two stages, which activates nothing (ACM 2.11 and 2.12, method full). */
  readonly stage: "data" | "activation";
  readonly restoreName: string;
  readonly names: RestoreNames;
  readonly expectedManagedClustersBackup: string;
}

/** Decided before anything is deleted, so that a run killed in between goes on with the same backups. */
export interface ActivationPlan extends RestoreOrder {
  /** Stands on the Restore as an annotation: tells ours from another's of the same name before its uid is known. */
  readonly marker: string;
}

/** The clusters that move first, kept before the passive Restore gives way to theirs. */
export interface ClusterSelection {
  readonly selector: string;
  readonly clusters: readonly string[];
  readonly restoreName: string;
  readonly marker: string;
  readonly expectedManagedClustersBackup: string;
  /** Known once the Restore was seen. */
  readonly restoreUid?: string;
  /** Hub time, ms since the epoch. */
  readonly appliedAt?: number;
}

/** Backups that the new hub restored last, by name. */
export interface LastRestored {
  readonly credentials?: string;
  readonly resources?: string;
}

/** The Restore of the first stage. */
export interface DataRestore {
  readonly name: string;
  readonly uid: string;
  /** Hub time, ms since the epoch. */
  readonly appliedAt: number;
  readonly ended: boolean;
}

/** An activation that failed for good and was taken back, so that it cannot happen later by itself. */
export interface AbandonedActivation {
  readonly uid: string;
  readonly phase: string;
  readonly lastMessage: string;
}

/** What else is kept of it; absent in files of older writers. */
interface ArchivedDetails {
  readonly resource_version: string;
  /** `null`: the object did not tell. */
  readonly generation: number | null;
  readonly creation_timestamp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owner_references: readonly OwnerReference[];
  readonly velero_backups: Partial<
    Pick<
      AcmRestoreSpec,
      "veleroManagedClustersBackupName" | "veleroCredentialsBackupName" | "veleroResourcesBackupName"
    >
  >;
  readonly sync_restore_with_new_backups: boolean;
  readonly restore_sync_interval: string;
  readonly cleanup_before_restore: string;
  readonly velero_managed_clusters_restore_name: string;
  readonly velero_credentials_restore_name: string;
  readonly velero_resources_restore_name: string;
}

/** A Restore that this operation deleted, kept for the record. */
export interface ArchivedRestore extends Partial<ArchivedDetails> {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly archived_at: string;
  readonly phase: string;
  readonly last_message: string;
  /** Absent in files of older writers. */
  readonly spec?: AcmRestoreSpec | null;
}

export interface CreatedSchedule {
  readonly name: string;
  /** How often it was made anew because of a collision. */
  readonly recreations: number;
  /** Uid of the schedule that it takes the place of: while that one is there, it is still to be deleted. */
  readonly replaces?: string;
  /** Flags that would have suppressed the first backup; given back once that exists. */
  readonly suppressed: Pick<BackupScheduleSpec, "noBackupOnStart" | "skipImmediately">;
}

/** An Argo CD Application whose automated sync this operation turned off, or what of Flux it suspended, or is about to. */
export interface PausedApplication {
  readonly hub: HubName;
  /** Of Flux; absent = an Application. */
  readonly kind?: "Kustomization" | "HelmRelease";
  readonly namespace: string;
  readonly name: string;
  /** As it was before the first pause; of Flux `{}` or `{suspend: false}`. */
  readonly original_sync_policy: Readonly<Record<string, unknown>> | null;
  /** False from before the write until it was seen to hold. */
  readonly pause_applied: boolean;
  /** How often somebody turned the sync on again meanwhile; absent = never. */
  readonly reverted?: number;
  /** It has its policy back: another pause begins anew. */
  readonly resumed?: true;
}

/** The passive Restore that this operation makes on the old hub. Its presence says that it is begun. */
export interface StandbyRestore {
  /** Uid of the one that ended for good and was made anew: a second end is told, and nothing more is made. */
  readonly replaced?: string;
  /** The wait for its sync has ended. */
  readonly awaited?: true;
}

/** How far a hub's BackupSchedule is made (anew) and has proved itself. */
export interface ScheduleProgress {
  /** Persisted before the old one is deleted: a run killed in between creates it from here. */
  readonly schedule_to_create?: BackupSchedule;
  readonly created_schedule?: CreatedSchedule;
  /** The wait for its proof has ended, with or without one. */
  readonly schedule_watched?: boolean;
  /** Hub time, ISO-8601. */
  readonly backup_schedule_enabled_at?: string;
  /** Names of the hub's youngest backups of then. */
  readonly backups_before_schedule?: readonly string[];
  /** It was unpaused, and the operator kept its Velero Schedules (from ACM 2.15): no backup is made at once. */
  readonly velero_schedules_kept?: boolean;
}

/** What a rollback has to undo: the preparation of the old hub only, or an activation, too. */
export type RollbackScope = "preparation" | "full";

/** What a rollback remembers beside the operation that it takes back. Its presence says that one has begun. */
export interface RollbackMemory {
  readonly scope: RollbackScope;
  /** The last run was told that the new hub does not answer, and left out what is to be done there. */
  readonly new_hub_unreachable?: boolean;
  /** The old hub's schedule. */
  readonly schedule?: ScheduleProgress;
  /** The wait for the deletion of Restores has ended. */
  readonly deletion_awaited?: boolean;
  /** Restores of the new hub whose deletion hangs, each with what is known of it. */
  readonly hanging_restores?: readonly string[];
  /** The wait for the clusters has ended. */
  readonly clusters_awaited?: boolean;
  /** Clusters that did not come back to the old hub. */
  readonly disconnected_clusters?: readonly string[];
}

/** The new hub's schedule has its keys here, the old hub's in `rollback`. */
export interface OperationMemory extends ScheduleProgress {
  /** The old hub was declared down: its preparation, or a part of it, was left out. */
  readonly primary_unreachable?: true;
  readonly primary_version?: string;
  readonly secondary_version?: string;
  readonly cluster_baseline?: readonly BaselineCluster[];
  /** Names of the last backups of the old hub, decided before the first of them is made. */
  readonly final_backups?: readonly string[];
  readonly saved_backup_schedules?: readonly BackupSchedule[];
  /** The first of them, for readers that know only one. */
  readonly saved_backup_schedule?: BackupSchedule;
  /** The clusters had time to connect by themselves, before their klusterlets were looked at. */
  readonly clusters_given_time?: true;
  /** What became of each cluster's klusterlet, by name of the cluster. */
  readonly klusterlets?: Readonly<Record<string, string>>;
  /** The whole wait for the clusters has passed, and those that were still unavailable were few enough. */
  readonly clusters_tolerated?: boolean;
  /** What the activation Restore said of clusters that it could not have imported, at most 100 of them. */
  readonly import_refusals?: readonly ImportRefusal[];
  /** All that it said of single clusters, for the report: its Restore is gone by then. */
  readonly import_notes?: ImportNotes;
  /** Clusters whose import the new hub was asked for by this operation. */
  readonly import_requested_clusters?: readonly string[];
  readonly annotated_clusters?: readonly string[];
  /** `<hub>/<kind>/<name>` → how many pods it had before this operation scaled it. */
  readonly replicas_before?: Readonly<Record<string, number>>;
  /** What of the new hub's observability stood still before this operation. */
  readonly observability_woken?: readonly string[];
  /** When it was asked for, and the uids of the pods that were there then. */
  readonly observatorium_api_restart?: { readonly at: string; readonly replaced: readonly string[] };
  readonly passive_snapshot?: RestoreSnapshot;
  readonly selection?: ClusterSelection;
  readonly activation_plan?: ActivationPlan;
  readonly last_restored?: LastRestored;
  readonly data_restore?: DataRestore;
  readonly activation?: Activation;
  /** This operation set the strategy of the new hub, and gives back what was there. */
  readonly auto_import_strategy_set?: true;
  /** `null`: the key was not there. */
  readonly auto_import_strategy_previous?: string | null;
  readonly auto_import_strategy_created_config?: boolean;
  /** The old hub is being removed, or is gone: nothing leads back to it, and what lies on it may be absent. */
  readonly old_hub_removal?: "begun";
  readonly abandoned_activation?: AbandonedActivation;
  readonly archived_restores?: readonly ArchivedRestore[];
  /** 12 hex digits, the value of the marker on what was paused. */
  readonly argocd_run_id?: string;
  readonly argocd_paused_apps?: readonly PausedApplication[];
  /** The same two of Flux, apart: who knows only Argo CD must not take them for Applications. */
  readonly flux_run_id?: string;
  readonly flux_paused?: readonly PausedApplication[];
  /** Only of older writers: their dry runs kept what they would have paused. */
  readonly argocd_pause_dry_run?: boolean;
  readonly standby_restore?: StandbyRestore;
  readonly new_backup_detected?: boolean;
  readonly post_switchover_backups?: Readonly<Record<string, string>>;
  readonly rollback?: RollbackMemory;
}
