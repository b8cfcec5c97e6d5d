import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSummary } from "../../../../steps/switchover/acm/backup.ts";
import type { AcmRestore, BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import type {
  FleetCluster,
  NewHub,
  OldHub,
  PodHealth,
  PostflightObservation,
} from "../../../../steps/switchover/postflight/observation.ts";
import { evaluatePostflight } from "../../../../steps/switchover/postflight/registry.ts";
import type { CheckResult } from "../../../../steps/switchover/preflight/finding.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";

export const now = Date.UTC(2026, 0, 2, 12);
const minuteMs = 60_000;

export function schedule(phase: string): BackupSchedule {
  return { metadata: { name: "acm-hub-backup" }, spec: { veleroSchedule: "0 */4 * * *" }, status: { phase } };
}

export function restoreOf(phase: string, syncs = false, lastMessage = ""): AcmRestore {
  return {
    metadata: { name: syncs ? "restore-acm-passive-sync" : "restore-acm-activate" },
    spec: {
      veleroManagedClustersBackupName: "latest",
      veleroCredentialsBackupName: "latest",
      veleroResourcesBackupName: "latest",
      cleanupBeforeRestore: "CleanupRestored",
      syncRestoreWithNewBackups: syncs,
    },
    status: { phase, lastMessage },
  };
}

export function cluster(name: string, change: Partial<FleetCluster> = {}): FleetCluster {
  return { name, available: true, joined: true, importPending: "", importStopped: false, ...change };
}

export function pod(name: string, change: Partial<PodHealth> = {}): PodHealth {
  return { name, phase: "Running", ready: true, trouble: "", ...change };
}

export function backup(change: Partial<BackupSummary> = {}): BackupSummary {
  return {
    name: "acm-managed-clusters-schedule-20260102110000",
    owner: { kind: "schedule", type: "managedClusters", by: "label" },
    phase: "Completed",
    createdAt: now - 60 * minuteMs,
    startedAt: now - 60 * minuteMs,
    completedAt: now - 59 * minuteMs,
    storageLocation: "dpa-1",
    producer: "new-id",
    errors: 0,
    warnings: 0,
    ...change,
  };
}

export const observabilityPods = [
  pod("observability-grafana-1"),
  pod("observability-observatorium-api-1"),
  pod("observability-thanos-query-1"),
];

const anyHub = {
  connection: read({ gitVersion: "v1.31.0", clockOffsetMs: 0 }),
  installations: read([{ name: "multiclusterhub", version: acmVersion("2.14.1"), phase: "Running" }]),
  observability: read(true),
};

/** The new hub after a switchover that went well. */
export const newHub: NewHub = {
  ...anyHub,
  hub: "secondary",
  server: "https://new:6443",
  identity: read({ id: "new-id", clusterId: "new-id", kubeSystemUid: "" }),
  fleet: read([cluster("c1"), cluster("c2")]),
  schedules: read([schedule("Enabled")]),
  restores: read([restoreOf("Finished")]),
  observabilities: read([{ name: "observability", conditions: [{ type: "Ready", status: "True" }] }]),
  observabilityPods: read(observabilityPods),
  acmPods: read([pod("multiclusterhub-operator-1")]),
  backups: read([backup()]),
  storageLocations: read([
    {
      name: "dpa-1",
      phase: "Available",
      message: "",
      owned: true,
      isDefault: true,
      provider: "aws",
      bucket: "b",
      prefix: "",
      config: {},
    },
  ]),
  veleroLog: read('time="2026-01-02T11:59:00Z" level=info msg="all is well"'),
  grafanaRoute: read(true),
  importStrategy: read("ImportOnly"),
};

/** The old hub after the same switchover. */
export const oldHub: OldHub = {
  ...anyHub,
  hub: "primary",
  server: "https://old:6443",
  identity: read({ id: "old-id", clusterId: "old-id", kubeSystemUid: "" }),
  fleet: read([cluster("c1", { available: false })]),
  schedules: read([schedule("Paused")]),
  restores: read([restoreOf("Enabled", true)]),
  observabilities: read([{ name: "observability", conditions: [] }]),
  observabilityPods: read([]),
};

export const settings = { skipObservabilityChecks: false, backupMaxAge: 600 };

export function judged(
  renewed: Partial<NewHub> = {},
  former: Partial<OldHub> | "absent" = {},
  change: Partial<typeof settings> = {},
): readonly CheckResult[] {
  const observation: PostflightObservation = {
    secondary: { ...newHub, ...renewed },
    primary: former === "absent" ? undefined : { ...oldHub, ...former },
    takenAt: now,
  };
  return evaluatePostflight(observation, { ...settings, ...change });
}

/** `critical: message` of each finding of the check that failed, `passed` and `skipped` of the others. */
export function verdicts(results: readonly CheckResult[], id: string): readonly string[] {
  return results
    .filter((result) => result.id === id)
    .map(({ result, severity, message }) => (result === "failed" ? `${severity}: ${message}` : result));
}
