import type { AcmRestoreSpec, BackupSchedule, BackupScheduleSpec } from "../acm/hub-objects.ts";
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
}

/** An activation that failed for good and was taken back, so that it cannot happen later by itself. */
export interface AbandonedActivation {
  readonly uid: string;
  readonly phase: string;
  readonly lastMessage: string;
}

/** A Restore that this operation deleted, kept for the record. */
export interface ArchivedRestore {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly archived_at: string;
  readonly phase: string;
  readonly last_message: string;
  readonly spec: AcmRestoreSpec | null;
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

/** How far a hub's BackupSchedule is made (anew) and has proved itself. */
export interface ScheduleProgress {
  /** Persisted before the old one is deleted: a run killed in between creates it from here. */
  readonly schedule_to_create?: BackupSchedule;
  readonly created_schedule?: CreatedSchedule;
  /** The wait for its proof has ended, with or without one. */
  readonly schedule_watched?: boolean;
  /** ISO-8601. */
  readonly backup_schedule_enabled_at?: string;
  /** It was unpaused, and the operator kept its Velero Schedules (from ACM 2.15): no backup is made at once. */
  readonly velero_schedules_kept?: boolean;
}

/** What a rollback has to undo: the preparation of the old hub only, or an activation, too. */
export type RollbackScope = "preparation" | "full";

/** What a rollback remembers beside the operation that it takes back. Its presence says that one has begun. */
export interface RollbackMemory {
  readonly scope: RollbackScope;
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
  readonly primary_version?: string;
  readonly secondary_version?: string;
  readonly cluster_baseline?: readonly BaselineCluster[];
  readonly saved_backup_schedules?: readonly BackupSchedule[];
  readonly annotated_clusters?: readonly string[];
  readonly replicas_before?: Readonly<Record<string, number>>;
  readonly passive_snapshot?: RestoreSnapshot;
  readonly activation?: Activation;
  readonly abandoned_activation?: AbandonedActivation;
  readonly archived_restores?: readonly ArchivedRestore[];
  readonly new_backup_detected?: boolean;
  readonly post_switchover_backups?: Readonly<Record<string, string>>;
  readonly rollback?: RollbackMemory;
}
