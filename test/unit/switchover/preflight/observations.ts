import type { VeleroRestoreSummary } from "../../../../steps/switchover/acm/acm-restore.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSummary, BackupType } from "../../../../steps/switchover/acm/backup.ts";
import type { StorageLocation } from "../../../../steps/switchover/acm/backup-storage.ts";
import { veleroScheduleName } from "../../../../steps/switchover/acm/constants.ts";
import type { AcmRestore, BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import type { Fleet, ManagedClusterSummary } from "../../../../steps/switchover/acm/managed-cluster.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import type {
  AcmInstallation,
  HubObservation,
  Observation,
  PrimaryObservation,
  SecondaryObservation,
} from "../../../../steps/switchover/preflight/observation.ts";
import { type Reading, read } from "../../../../steps/switchover/preflight/reading.ts";
import type { PreflightSettings } from "../../../../steps/switchover/preflight/settings.ts";

// Two hubs on which every check passes, and the ways in which a test departs from them.

export const now = Date.parse("2026-01-01T12:00:00Z");
export const minute = 60_000;
export const hour = 60 * minute;

export const settings: PreflightSettings = {
  mode: "switchover",
  dryRun: false,
  method: "passive",
  activationMethod: "patch",
  oldHubAction: "secondary",
  versionPolicy: "exact",
  allowPartialBackup: false,
  skipRbacValidation: false,
  skipObservabilityChecks: false,
  manageAutoImportStrategy: false,
  strictHealth: false,
  disableObservability: false,
  finalBackup: false,
  argocdManage: false,
  fluxManage: false,
  skipGitopsCheck: false,
  namespaces: defaultNamespaces,
  waits: { backupInProgress: 600, backupPoll: 30, backupSync: 600, storageGrace: 20, backupMaxAge: 600 },
  savedSchedules: [],
  scope: "full",
};

/** Who can read nothing of this kind. */
export const forbidden: Reading<never> = {
  state: "unread",
  text: {
    id: "KUBE-403",
    what: "the list was refused",
    why: "the account may not do that",
    fix: "grant it",
  },
};

export function absent(kind: string): Reading<never> {
  return { state: "absent", kind };
}

export const isoTime = (time: number): string => new Date(time).toISOString();

/** The set of backups that began ten minutes ago. */
const stamp = "20260101115000";
const startedAt = now - 10 * minute;

export function backup(type: BackupType, changes: Partial<BackupSummary> = {}): BackupSummary {
  return {
    name: `${veleroScheduleName[type]}-${stamp}`,
    owner: { kind: "schedule", type, by: "label" },
    phase: "Completed",
    createdAt: startedAt,
    startedAt,
    completedAt: startedAt + minute,
    storageLocation: "dpa-1",
    producer: "hub-a",
    errors: 0,
    warnings: 0,
    ...changes,
  };
}

const types = ["managedClusters", "credentials", "resources", "resourcesGeneric", "validation"] as const;

/** One backup of each type; those named in `changes` differ, `undefined` leaves one out. */
export function backups(
  changes: { readonly [T in BackupType]?: Partial<BackupSummary> | undefined } = {},
): readonly BackupSummary[] {
  return types.flatMap((type) => (type in changes && changes[type] === undefined ? [] : [backup(type, changes[type])]));
}

export function schedule(changes: Partial<BackupSchedule> = {}): BackupSchedule {
  return {
    metadata: { name: "acm-hub-backup", namespace: defaultNamespaces.backup, uid: "schedule-1" },
    spec: { veleroSchedule: "0 */4 * * *", useManagedServiceAccount: true },
    status: { phase: "Enabled" },
    ...changes,
  };
}

export function managedCluster(name: string, changes: Partial<ManagedClusterSummary> = {}): ManagedClusterSummary {
  return {
    name,
    labelledLocal: false,
    joined: true,
    available: true,
    unavailableReason: "",
    hasUrl: true,
    createdAt: now - 24 * hour,
    ...changes,
  };
}

export function fleet(...clusters: readonly ManagedClusterSummary[]): Reading<Fleet> {
  return read({ local: managedCluster("local-cluster", { labelledLocal: true }), clusters });
}

export function storage(changes: Partial<StorageLocation> = {}): StorageLocation {
  return {
    name: "dpa-1",
    phase: "Available",
    message: "",
    owned: true,
    isDefault: true,
    provider: "aws",
    bucket: "acm-backups",
    prefix: "hub",
    config: { region: "local" },
    ...changes,
  };
}

export function acm(changes: Partial<AcmInstallation> = {}): Reading<AcmInstallation> {
  return read({
    name: "multiclusterhub",
    version: acmVersion("2.14.1"),
    phase: "Running",
    backupEnabled: true,
    ...changes,
  });
}

export function onVersion(text: string): Reading<AcmInstallation> {
  return acm({ version: acmVersion(text) });
}

export function passive(changes: Partial<AcmRestore> = {}): AcmRestore {
  return {
    metadata: {
      name: "restore-acm-passive-sync",
      namespace: defaultNamespaces.backup,
      uid: "passive-1",
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: {
      veleroManagedClustersBackupName: "skip",
      veleroCredentialsBackupName: "latest",
      veleroResourcesBackupName: "latest",
      cleanupBeforeRestore: "CleanupRestored",
      syncRestoreWithNewBackups: true,
    },
    status: {
      phase: "Enabled",
      veleroCredentialsRestoreName: "velero-credentials",
      veleroResourcesRestoreName: "velero-resources",
      veleroGenericResourcesRestoreName: "velero-generic",
    },
    ...changes,
  };
}

export function veleroRestore(name: string, changes: Partial<VeleroRestoreSummary> = {}): VeleroRestoreSummary {
  return {
    name,
    phase: "Completed",
    backupName: "",
    scheduleName: "",
    ownerUid: "passive-1",
    createdAt: startedAt + 2 * minute,
    validationErrors: [],
    errors: 0,
    warnings: 0,
    itemsRestored: 5,
    totalItems: 5,
    ...changes,
  };
}

export const passiveVeleroRestores: readonly VeleroRestoreSummary[] = [
  veleroRestore("velero-credentials", { backupName: backup("credentials").name }),
  veleroRestore("velero-resources", { backupName: backup("resources").name }),
  veleroRestore("velero-generic", { backupName: backup("resourcesGeneric").name }),
];

function healthyHub(name: "a" | "b"): Omit<HubObservation, "hub"> {
  return {
    server: `https://api.hub-${name}.example.com:6443`,
    connection: read({ gitVersion: "v1.33.1", clockOffsetMs: 0 }),
    credential: read({ kind: "client-certificate" }),
    namespaces: { acm: read(true), backup: read(true), observability: read(false), engine: read(true) },
    access: read([]),
    identity: read({ id: `hub-${name}`, clusterId: `hub-${name}`, kubeSystemUid: `uid-${name}` }),
    clusterVersion: read([{ type: "Progressing", status: "False" }]),
    clusterOperators: read([
      {
        name: "console",
        conditions: [
          { type: "Available", status: "True" },
          { type: "Degraded", status: "False" },
        ],
      },
    ]),
    nodes: read([{ name: "node-1", conditions: [{ type: "Ready", status: "True" }] }]),
    acm: acm(),
    managedServiceAccounts: read("enabled"),
    fleet: fleet(),
    veleroPods: read([{ name: "velero-1", phase: "Running", ready: true }]),
    dataProtection: read([{ name: "dpa", conditions: [{ type: "Reconciled", status: "True" }] }]),
    storageLocations: read([storage()]),
    backups: read(backups()),
    schedules: read([]),
    importTokens: read(["c1", "c2"].map((cluster) => ({ cluster, expiresAt: now + 24 * hour }))),
    importStrategy: read("ImportOnly"),
    argoCd: read({ install: "none", instances: [], applications: read([]) }),
    gitops: [read([])],
  };
}

const healthyPrimary: PrimaryObservation = {
  ...healthyHub("a"),
  hub: "primary",
  fleet: fleet(managedCluster("c1"), managedCluster("c2")),
  schedules: read([schedule()]),
  clusterDeployments: read([]),
};

const healthySecondary: SecondaryObservation = {
  ...healthyHub("b"),
  hub: "secondary",
  restores: read([passive()]),
  veleroRestores: read(passiveVeleroRestores),
  observabilities: read([]),
  observabilityPods: read([]),
  observabilityStorage: read(false),
};

/** Both hubs, healthy but for what a test names. */
export function hubs(
  primary: Partial<PrimaryObservation> = {},
  secondary: Partial<SecondaryObservation> = {},
): Observation {
  return {
    primary: { ...healthyPrimary, ...primary },
    secondary: { ...healthySecondary, ...secondary },
    takenAt: now,
    sharedUsers: read([]),
  };
}

export function onPrimary(changes: Partial<PrimaryObservation>): Observation {
  return hubs(changes);
}

export function onSecondary(changes: Partial<SecondaryObservation>): Observation {
  return hubs({}, changes);
}

/** All readings of a hub that did not answer its first question. */
export function down(hub: "primary" | "secondary"): Observation {
  const healthy = hubs();
  const silent = Object.fromEntries(
    Object.entries(healthy[hub]).map(([key, value]) => [key, isReading(value) ? { state: "hub-down" } : value]),
  );
  const namespaces = Object.fromEntries(
    Object.keys(healthy[hub].namespaces).map((role) => [role, { state: "hub-down" }]),
  );
  const gitops = healthy[hub].gitops.map(() => ({ state: "hub-down" }));
  const text = {
    id: "KUBE-CONNECT",
    what: "the hub does not answer",
    why: "connection refused",
    fix: "check the network",
  };
  return { ...healthy, [hub]: { ...silent, namespaces, gitops, connection: { state: "unread", text } } };
}

/** An old hub that the caller declared down: nothing of it was asked. */
export function declaredDown(secondary: Partial<SecondaryObservation> = {}): Observation {
  const healthy = hubs({}, secondary);
  const lost = { state: "declared-down" } as const;
  const primary = Object.fromEntries(
    Object.entries(healthy.primary).map(([key, value]) => [key, isReading(value) ? lost : value]),
  );
  const namespaces = { acm: lost, backup: lost, observability: lost, engine: lost };
  // Every key is that of a healthy hub.
  const whole = { ...healthy.primary, ...primary, namespaces, gitops: [lost] } as PrimaryObservation;
  return { ...healthy, primary: whole, sharedUsers: lost };
}

function isReading(value: unknown): value is Reading<unknown> {
  return typeof value === "object" && value !== null && "state" in value;
}
