import type { TimedVersion } from "../../lib/kube/timed-version.ts";
import type { AccessRequest, Credential } from "../../lib/kube/types.ts";
import type { VeleroRestoreSummary } from "../acm/acm-restore.ts";
import type { AcmVersion } from "../acm/acm-version.ts";
import type { BackupSummary } from "../acm/backup.ts";
import type { ComponentState } from "../acm/backup-schedule.ts";
import type { StorageLocation } from "../acm/backup-storage.ts";
import type { HubIdentity, HubName } from "../acm/hub-identity.ts";
import type { AcmRestore, BackupSchedule, Condition } from "../acm/hub-objects.ts";
import type { ImportToken } from "../acm/import-token.ts";
import type { Fleet } from "../acm/managed-cluster.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { ApplicationSummary } from "../argocd/application.ts";
import type { ArgoInstall } from "../argocd/find-applications.ts";
import type { MarkedObject } from "../argocd/gitops-markers.ts";
import type { SwitchoverPermission } from "../permissions.ts";
import type { Reading } from "./reading.ts";

/** All that the checks need to know of one hub, read once and at the same time. Checks are pure functions of it. */
export interface HubObservation {
  readonly hub: HubName;
  /** `https://host:port`. */
  readonly server: string;
  readonly connection: Reading<TimedVersion>;
  readonly credential: Reading<Credential>;
  /** Whether each namespace exists. */
  readonly namespaces: Readonly<Record<keyof HubNamespaces, Reading<boolean>>>;
  readonly access: Reading<readonly AccessFinding[]>;
  readonly identity: Reading<HubIdentity | undefined>;
  readonly clusterVersion: Reading<readonly Condition[] | undefined>;
  readonly clusterOperators: Reading<readonly Conditioned[]>;
  readonly nodes: Reading<readonly Conditioned[]>;
  /** The MultiClusterHub of the usual name, else the first. */
  readonly acm: Reading<AcmInstallation | undefined>;
  readonly managedServiceAccounts: Reading<ComponentState>;
  readonly fleet: Reading<Fleet>;
  readonly veleroPods: Reading<readonly PodSummary[]>;
  readonly dataProtection: Reading<readonly Conditioned[]>;
  readonly storageLocations: Reading<readonly StorageLocation[]>;
  readonly backups: Reading<readonly BackupSummary[]>;
  readonly schedules: Reading<readonly BackupSchedule[]>;
  readonly importTokens: Reading<readonly ImportToken[]>;
  readonly importStrategy: Reading<string>;
  readonly argoCd: Reading<ArgoInstallation>;
  /** What a GitOps tool seems to keep, for each kind that a switchover changes. */
  readonly gitops: readonly Reading<readonly MarkedObject[]>[];
}

export interface PrimaryObservation extends HubObservation {
  readonly hub: "primary";
  readonly clusterDeployments: Reading<readonly HiveCluster[]>;
}

export interface SecondaryObservation extends HubObservation {
  readonly hub: "secondary";
  readonly restores: Reading<readonly AcmRestore[]>;
  readonly veleroRestores: Reading<readonly VeleroRestoreSummary[]>;
  /** Names of the MultiClusterObservability objects. */
  readonly observabilities: Reading<readonly string[]>;
  /** Compactor and API pods; empty where the namespace does not exist. */
  readonly observabilityPods: Reading<readonly PodSummary[]>;
  /** Whether the object storage Secret exists; false where the namespace does not. */
  readonly observabilityStorage: Reading<boolean>;
}

/** What the hub said to one permission of the role that this mode needs. */
export interface AccessFinding {
  readonly permission: SwitchoverPermission;
  readonly request: AccessRequest;
  /** `namespace-absent`: nothing can be granted there, so the hub was not asked. */
  readonly outcome: "allowed" | "denied" | "namespace-absent";
}

export interface AcmInstallation {
  readonly name: string;
  readonly version: AcmVersion;
  readonly phase: string;
  /** Component `cluster-backup`; absent when the hub does not mention it. */
  readonly backupEnabled?: boolean;
}

/** Argo CD on a hub. `applications` are those that touch ACM. */
export interface ArgoInstallation {
  readonly install: ArgoInstall;
  /** `namespace/name` of the instances of its operator. */
  readonly instances: readonly string[];
  readonly applications: Reading<readonly ApplicationSummary[]>;
}

export interface Conditioned {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

export interface HiveCluster {
  readonly name: string;
  readonly namespace: string;
  readonly preserveOnDelete: boolean;
}

export interface PodSummary {
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
}

/** Both hubs as they were at one moment. */
export interface Observation {
  readonly primary: PrimaryObservation;
  readonly secondary: SecondaryObservation;
  /** Milliseconds since the epoch by our clock. */
  readonly takenAt: number;
  /** Contexts of a merged kubeconfig that share a user name with another context; empty unless both hubs come from one file. */
  readonly sharedUsers: Reading<readonly SharedUser[]>;
}

export interface SharedUser {
  readonly hub: HubName;
  readonly user: string;
  readonly contexts: readonly string[];
}

/** Whether the caller declared the old hub down, so that nothing of it is known. */
export function isOldHubDown({ primary }: Observation): boolean {
  return primary.connection.state === "declared-down";
}

/** The hub whose backups are judged: the one that makes them, else the one that has their copies. */
export function backupHub(observation: Observation): HubObservation {
  return isOldHubDown(observation) ? observation.secondary : observation.primary;
}

/** The hub's own time, for ages of its objects. Ours where its clock is not known. */
export function hubTime(observation: Observation, hub: HubName): number {
  const { connection } = observation[hub];
  return observation.takenAt + (connection.state === "read" ? connection.value.clockOffsetMs : 0);
}
