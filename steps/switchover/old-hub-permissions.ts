import {
  acmRestores,
  all,
  backup,
  backupSchedules,
  clusterDeployments,
  definitions,
  event,
  managedClusters,
  observabilities,
  observability,
  pods,
  type Row,
  read,
  storageLocations,
  tasks,
  veleroBackups,
  veleroRestores,
  veleroSchedules,
  watch,
  write,
} from "./permission-rows.ts";

// What the phases do on the old hub, and a rollback on the one that becomes the active one again.

export const oldHubRows: readonly Row[] = [
  read(managedClusters, ["list"], { scope: "cluster", steps: all, reason: "the fleet" }),
  read(clusterDeployments, ["list"], { scope: "cluster", steps: tasks, reason: "which clusters Hive provisioned" }),
  read(backupSchedules, ["list"], {
    scope: backup,
    steps: ["primary-prep", "finalize", "rollback"],
    reason: "who makes backups",
  }),
  read(definitions, ["get"], {
    scope: "cluster",
    steps: ["primary-prep", "rollback"],
    reason: "whether a BackupSchedule can be paused",
  }),
  read(acmRestores, ["list"], { scope: backup, steps: ["finalize", "rollback"], reason: "passive sync" }),
  read(veleroBackups, ["list"], {
    scope: backup,
    steps: ["primary-prep", "activate", "finalize", "rollback"],
    reason: "which backups exist",
  }),
  read(veleroSchedules, ["list"], {
    scope: backup,
    steps: ["primary-prep", "finalize", "rollback"],
    reason: "whether Velero Schedules run",
  }),
  read(["apps", "statefulsets"], ["get"], {
    scope: observability,
    steps: ["primary-prep", "activate", "finalize", "rollback"],
    reason: "the metrics compactor",
  }),
  read(["multicluster.openshift.io", "multiclusterengines"], ["list"], {
    scope: "cluster",
    steps: ["rollback"],
    reason: "component that makes import tokens",
  }),
  read(["", "configmaps"], ["get"], {
    scope: { namespace: "engine" },
    steps: ["rollback"],
    reason: "auto-import strategy",
  }),
  read(pods, ["list"], { scope: backup, steps: ["rollback"], reason: "whether Velero runs" }),
  read(["apps", "deployments"], ["get"], {
    scope: observability,
    steps: ["primary-prep", "activate", "finalize", "rollback"],
    reason: "what takes metrics in",
  }),
  read(pods, ["list"], { scope: observability, steps: ["finalize"], reason: "whether observability stands still" }),
  {
    ...read(observabilities, ["list"], {
      scope: "cluster",
      steps: ["finalize"],
      reason: "what keeps the old hub's observability running",
    }),
    when: "disable-observability",
  },
  {
    ...write(observabilities, ["delete"], {
      scope: "cluster",
      steps: ["finalize"],
      reason: "stop the old hub's observability for good",
    }),
    when: "disable-observability",
  },
  { ...watch(observabilities, "cluster", ["finalize"]), when: "disable-observability" },
  write(managedClusters, ["patch"], {
    scope: "cluster",
    steps: ["primary-prep", "rollback"],
    reason: "the annotations that stop and start imports",
  }),
  {
    ...write(veleroBackups, ["get", "create"], {
      scope: backup,
      steps: ["primary-prep"],
      reason: "back up once more before the pause",
    }),
    when: "final-backup",
  },
  write(backupSchedules, ["get", "patch", "delete"], {
    scope: backup,
    steps: ["primary-prep", "rollback"],
    reason: "pause backups, before ACM 2.12 by deleting the schedule, which is saved; give them back",
  }),
  write(backupSchedules, ["create"], { scope: backup, steps: ["rollback"], reason: "give backups back" }),
  write(["apps", "statefulsets/scale"], ["patch"], {
    scope: observability,
    steps: ["primary-prep", "activate", "finalize", "rollback"],
    reason: "stop the metrics compactor, start it again",
  }),
  write(["apps", "deployments/scale"], ["patch"], {
    scope: observability,
    steps: ["primary-prep", "activate", "finalize", "rollback"],
    reason: "take no metrics in, take them in again",
  }),
  write(pods, ["list"], {
    scope: observability,
    steps: ["primary-prep", "activate"],
    reason: "whether the compactor has stopped",
  }),
  {
    ...write(["", "secrets"], ["get"], {
      scope: "cluster",
      steps: ["rollback"],
      reason: "import manifest of a cluster whose klusterlet obeys the new hub; reads no other Secret",
    }),
    optional: "klusterlets",
  },
  write(acmRestores, ["get", "create", "delete"], {
    scope: backup,
    steps: ["finalize"],
    reason: "make the old hub the passive one",
  }),
  write(veleroRestores, ["list"], { scope: backup, steps: ["finalize"], reason: "whether a deleted Restore is gone" }),
  write(storageLocations, ["list"], { scope: backup, steps: ["finalize"], reason: "why a deleted Restore stays" }),
  write(pods, ["list"], { scope: backup, steps: ["finalize"], reason: "whether Velero runs" }),
  event(["primary-prep", "finalize", "rollback"]),
  watch(managedClusters, "cluster", ["rollback"]),
  watch(backupSchedules, backup, ["primary-prep", "finalize", "rollback"]),
  watch(acmRestores, backup, ["finalize"]),
  watch(veleroBackups, backup, ["primary-prep", "activate", "finalize", "rollback"]),
  watch(veleroRestores, backup, ["finalize"]),
  watch(veleroSchedules, backup, ["primary-prep", "rollback"]),
  watch(storageLocations, backup, ["finalize"]),
  watch(pods, backup, ["finalize", "rollback"]),
  watch(pods, observability, ["primary-prep", "activate", "finalize"]),
];
