import type { KubeObject } from "../../lib/kube/types.ts";

// The fields that a switchover reads, no more. Everything is optional, as the API server promises no field of a
// custom resource: the readers beside these types decide what an absent one means.

/** One entry of `status.conditions`, the same shape in every API read here. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
  readonly message?: string;
}

interface ComponentOverrides {
  readonly overrides?: {
    readonly components?: readonly { readonly name: string; readonly enabled?: boolean }[];
  };
}

export interface MultiClusterHub extends KubeObject {
  readonly spec?: ComponentOverrides & { readonly localClusterName?: string };
  readonly status?: { readonly currentVersion?: string; readonly phase?: string };
}

export interface MultiClusterEngine extends KubeObject {
  readonly spec?: ComponentOverrides;
  readonly status?: { readonly currentVersion?: string; readonly phase?: string };
}

export interface MultiClusterObservability extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface ManagedCluster extends KubeObject {
  readonly spec?: { readonly managedClusterClientConfigs?: readonly { readonly url?: string }[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface ClusterDeployment extends KubeObject {
  readonly spec?: { readonly preserveOnDelete?: boolean };
}

export interface BackupScheduleSpec {
  /** The only required field. Cron, or `@every 4h`. */
  readonly veleroSchedule: string;
  readonly veleroTtl?: string;
  /** From ACM 2.12; pruned silently by the CRD of 2.11. */
  readonly paused?: boolean;
  readonly useManagedServiceAccount?: boolean;
  readonly managedServiceAccountTTL?: string;
  readonly noBackupOnStart?: boolean;
  /** From ACM 2.13. */
  readonly skipImmediately?: boolean;
  /** From ACM 2.13. */
  readonly useOwnerReferencesInBackup?: boolean;
  readonly volumeSnapshotLocations?: readonly string[];
}

export interface BackupSchedule extends KubeObject {
  readonly spec?: BackupScheduleSpec;
  readonly status?: { readonly phase?: string; readonly lastMessage?: string };
}

export interface AcmRestoreSpec {
  /** `latest`, `skip`, or the name of a Velero Backup. The same for the next two. */
  readonly veleroManagedClustersBackupName: string;
  readonly veleroCredentialsBackupName: string;
  readonly veleroResourcesBackupName: string;
  readonly cleanupBeforeRestore: string;
  readonly syncRestoreWithNewBackups?: boolean;
  /** Go duration; 30 minutes when absent. */
  readonly restoreSyncInterval?: string;
  /** Narrows every Velero Restore that is made of it (from ACM 2.12; the 2.11 API drops it). */
  readonly labelSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

export interface AcmRestoreStatus {
  readonly phase?: string;
  readonly lastMessage?: string;
  /** One per cluster and more: a 130 KB list at 2,000 clusters. */
  readonly messages?: readonly string[];
  readonly veleroManagedClustersRestoreName?: string;
  readonly veleroCredentialsRestoreName?: string;
  readonly veleroResourcesRestoreName?: string;
  readonly veleroGenericResourcesRestoreName?: string;
  /** Also set on entering `Enabled` and on a blocked Restore: no sign of an end. */
  readonly completionTimestamp?: string;
}

/** Restore of `cluster.open-cluster-management.io`, not of Velero. */
export interface AcmRestore extends KubeObject {
  readonly spec?: AcmRestoreSpec;
  readonly status?: AcmRestoreStatus;
}

export interface VeleroBackup extends KubeObject {
  readonly spec?: { readonly storageLocation?: string };
  readonly status?: {
    readonly phase?: string;
    readonly startTimestamp?: string;
    readonly completionTimestamp?: string;
    readonly expiration?: string;
    readonly errors?: number;
    readonly warnings?: number;
  };
}

export interface VeleroRestore extends KubeObject {
  readonly spec?: { readonly backupName?: string; readonly scheduleName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly validationErrors?: readonly string[];
    readonly errors?: number;
    readonly warnings?: number;
    readonly progress?: { readonly itemsRestored?: number; readonly totalItems?: number };
  };
}

export interface VeleroSchedule extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean;
    readonly schedule?: string;
    /** Spec of the Backups that it makes. */
    readonly template?: VeleroBackup["spec"] & { readonly ttl?: string };
  };
  readonly status?: { readonly phase?: string };
}

export interface BackupStorageLocation extends KubeObject {
  readonly spec?: {
    readonly provider?: string;
    readonly objectStorage?: { readonly bucket?: string; readonly prefix?: string };
    readonly config?: Readonly<Record<string, string>>;
    readonly accessMode?: string;
    readonly default?: boolean;
  };
  /** There are no conditions: the phase is `Available` or `Unavailable`. */
  readonly status?: { readonly phase?: string; readonly message?: string; readonly lastValidationTime?: string };
}

export interface DataProtectionApplication extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface ClusterVersion extends KubeObject {
  readonly spec?: { readonly clusterID?: string; readonly channel?: string };
  readonly status?: { readonly desired?: { readonly version?: string }; readonly conditions?: readonly Condition[] };
}

export interface ClusterOperator extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Node extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly ready?: boolean;
      readonly state?: {
        readonly waiting?: { readonly reason?: string };
        readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
      };
    }[];
  };
}

export interface Workload extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly replicas?: number };
}

/** Values are base64. Only names and annotations are read from lists. */
export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface Route extends KubeObject {
  readonly spec?: { readonly host?: string };
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec?: {
    readonly versions?: readonly {
      readonly name: string;
      readonly served?: boolean;
      readonly storage?: boolean;
      readonly schema?: { readonly openAPIV3Schema?: unknown };
    }[];
  };
}

/** Of Argo CD. Its controller writes the status by normal writes: the kind has no status subresource. */
export interface Application extends KubeObject {
  /** A sync that is asked for or under way. */
  readonly operation?: object;
  readonly spec?: {
    readonly destination?: { readonly namespace?: string };
    readonly syncPolicy?: Readonly<Record<string, unknown>> | null;
  };
  readonly status?: {
    readonly resources?: readonly { readonly kind?: string; readonly namespace?: string; readonly name?: string }[];
    readonly operationState?: { readonly phase?: string };
  };
}

/** Of Flux: a Kustomization or a HelmRelease. A HelmRelease has an inventory in newer releases only. */
export interface FluxObject extends KubeObject {
  readonly spec?: { readonly suspend?: boolean; readonly targetNamespace?: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** `<namespace>_<name>_<group>_<kind>` each. */
    readonly inventory?: { readonly entries?: readonly { readonly id?: string }[] };
  };
}

export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}
