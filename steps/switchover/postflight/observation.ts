import type { TimedVersion } from "../../lib/kube/timed-version.ts";
import type { BackupSummary } from "../acm/backup.ts";
import type { StorageLocation } from "../acm/backup-storage.ts";
import type { HubIdentity, HubName } from "../acm/hub-identity.ts";
import type { AcmRestore, BackupSchedule } from "../acm/hub-objects.ts";
import type { AcmInstallation, Conditioned } from "../preflight/observation.ts";
import type { Reading } from "../preflight/reading.ts";

/** A cluster of the fleet, the hub itself left out. */
export interface FleetCluster {
  readonly name: string;
  readonly available: boolean;
  readonly joined: boolean;
  /** What the import controller says while the import is not done; empty when it is. */
  readonly importPending: string;
  /** Carries the annotation that stops imports. */
  readonly importStopped: boolean;
}

export interface PodHealth {
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
  /** Why a container does not run, `CrashLoopBackOff`; empty when none is in trouble. */
  readonly trouble: string;
}

/** What is read of either hub. */
interface AnyHub {
  /** `https://host:port`. */
  readonly server: string;
  readonly connection: Reading<TimedVersion>;
  readonly identity: Reading<HubIdentity | undefined>;
  readonly installations: Reading<readonly AcmInstallation[]>;
  readonly fleet: Reading<readonly FleetCluster[]>;
  readonly schedules: Reading<readonly BackupSchedule[]>;
  readonly restores: Reading<readonly AcmRestore[]>;
  /** Whether the namespace of observability exists. */
  readonly observability: Reading<boolean>;
  readonly observabilities: Reading<readonly Conditioned[]>;
  /** Empty where the namespace does not exist. */
  readonly observabilityPods: Reading<readonly PodHealth[]>;
}

/** The hub that was the primary before the switchover. */
export interface OldHub extends AnyHub {
  readonly hub: Extract<HubName, "primary">;
}

/** The hub that has the fleet now. */
export interface NewHub extends AnyHub {
  readonly hub: Extract<HubName, "secondary">;
  readonly acmPods: Reading<readonly PodHealth[]>;
  readonly backups: Reading<readonly BackupSummary[]>;
  readonly storageLocations: Reading<readonly StorageLocation[]>;
  /** The end of Velero's log; `undefined` where no Velero pod is. */
  readonly veleroLog: Reading<string | undefined>;
  /** False where the namespace of observability does not exist. */
  readonly grafanaRoute: Reading<boolean>;
  readonly importStrategy: Reading<string>;
}

export interface PostflightObservation {
  readonly secondary: NewHub;
  /** Absent where only the new hub is checked. */
  readonly primary: OldHub | undefined;
  /** Milliseconds since the epoch by our clock. */
  readonly takenAt: number;
}

/** The new hub's own time, for ages of its objects; ours where its clock is not known. */
export function newHubTime({ secondary, takenAt }: PostflightObservation): number {
  const { connection } = secondary;
  return takenAt + (connection.state === "read" ? connection.value.clockOffsetMs : 0);
}
