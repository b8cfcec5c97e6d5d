import {
  acm,
  acmRestores,
  backup,
  backupSchedules,
  clusterDeployments,
  event,
  managedClusters,
  multiClusterHubs,
  observability,
  pods,
  type Row,
  read,
  readDefinitions,
  storageLocations,
  veleroBackups,
  veleroRestores,
  veleroSchedules,
  watch,
  write,
} from "./permission-rows.ts";

// What the phases do on the new hub.

export const newHubRows: readonly Row[] = [
  read(managedClusters, ["list"], {
    scope: "cluster",
    steps: ["activate", "post-activate", "rollback", "report-and-unlock"],
    reason: "the fleet",
  }),
  read(clusterDeployments, ["list"], {
    scope: "cluster",
    steps: ["finalize", "rollback"],
    reason: "which clusters Hive provisioned",
  }),
  read(backupSchedules, ["list"], {
    scope: backup,
    steps: ["activate", "finalize", "rollback"],
    reason: "who makes backups",
  }),
  readDefinitions(["rollback"]),
  read(acmRestores, ["list"], {
    scope: backup,
    steps: ["activate", "finalize", "rollback"],
    reason: "passive sync and activation",
  }),
  read(veleroBackups, ["list"], {
    scope: backup,
    steps: ["primary-prep", "activate", "finalize", "rollback"],
    reason: "which backups exist",
  }),
  read(veleroRestores, ["list"], {
    scope: backup,
    steps: ["activate", "finalize", "rollback"],
    reason: "what was restored",
  }),
  read(veleroSchedules, ["list"], {
    scope: backup,
    steps: ["finalize", "rollback"],
    reason: "whether Velero Schedules run",
  }),
  read(storageLocations, ["list"], {
    scope: backup,
    steps: ["activate", "finalize", "rollback"],
    reason: "where backups are kept",
  }),
  read(["multicluster.openshift.io", "multiclusterengines"], ["list"], {
    scope: "cluster",
    steps: ["finalize"],
    reason: "component that makes import tokens",
  }),
  read(["", "configmaps"], ["get"], {
    scope: { namespace: "engine" },
    steps: ["activate", "finalize", "rollback"],
    reason: "auto-import strategy",
  }),
  write(["", "configmaps"], ["create", "patch", "delete"], {
    scope: { namespace: "engine" },
    steps: ["activate", "finalize"],
    reason: "set the auto-import strategy during the switchover and give it back",
  }),
  write(["", "configmaps"], ["patch", "delete"], {
    scope: { namespace: "engine" },
    steps: ["rollback"],
    reason: "give the auto-import strategy back",
  }),
  read(pods, ["list"], {
    scope: backup,
    steps: ["activate", "finalize", "rollback"],
    reason: "whether Velero runs",
  }),
  read(pods, ["list"], { scope: acm, steps: ["finalize"], reason: "health of ACM" }),
  read(pods, ["list"], {
    scope: observability,
    steps: ["post-activate", "rollback"],
    reason: "health of observability",
  }),
  read(["apps", "statefulsets"], ["get"], {
    scope: observability,
    steps: ["post-activate", "rollback"],
    reason: "whether the metrics compactor is to be woken, or stopped again",
  }),
  read(["apps", "deployments"], ["get"], {
    scope: observability,
    steps: ["post-activate", "rollback"],
    reason: "whether what takes metrics in is to be woken, or stopped again",
  }),
  read(["route.openshift.io", "routes"], ["get"], {
    scope: observability,
    steps: ["post-activate"],
    reason: "where the dashboards are",
  }),
  write(["apps", "statefulsets/scale"], ["patch"], {
    scope: observability,
    steps: ["post-activate", "rollback"],
    reason: "start the metrics compactor, stop it again",
  }),
  write(["apps", "deployments/scale"], ["patch"], {
    scope: observability,
    steps: ["post-activate", "rollback"],
    reason: "start what takes metrics in, stop it again",
  }),
  write(["apps", "deployments"], ["patch"], {
    scope: observability,
    steps: ["post-activate"],
    reason: "restart what takes metrics in",
  }),
  write(managedClusters, ["patch"], {
    scope: "cluster",
    steps: ["activate", "post-activate", "rollback"],
    reason: "annotations that start imports, or stop them",
  }),
  write(acmRestores, ["get", "create", "patch", "delete"], {
    scope: backup,
    steps: ["activate", "finalize", "rollback"],
    reason: "activate, take an activation back, end and begin the passive sync",
  }),
  write(backupSchedules, ["get", "create", "patch", "delete"], {
    scope: backup,
    steps: ["finalize"],
    reason: "make backups on the new hub",
  }),
  {
    ...write(["", "secrets"], ["get"], {
      scope: "cluster",
      steps: ["post-activate"],
      reason: "import manifest of a cluster whose klusterlet does not find the hub; reads no other Secret",
    }),
    optional: "klusterlets",
  },
  {
    ...read(["", "secrets"], ["list"], {
      scope: "cluster",
      steps: ["post-activate"],
      reason: "import tokens of clusters that do not connect",
    }),
    optional: "tokens",
  },
  write(backupSchedules, ["get", "patch", "delete"], {
    scope: backup,
    steps: ["rollback"],
    reason: "stop the backups of the new hub",
  }),
  event(["activate", "post-activate", "finalize", "rollback"]),
  watch(managedClusters, "cluster", ["post-activate"]),
  watch(pods, observability, ["post-activate", "rollback"]),
  watch(backupSchedules, backup, ["finalize", "rollback"]),
  watch(acmRestores, backup, ["activate", "finalize", "rollback"]),
  watch(veleroBackups, backup, ["primary-prep", "activate", "finalize", "rollback"]),
  watch(veleroRestores, backup, ["activate", "finalize", "rollback"]),
  watch(veleroSchedules, backup, ["finalize", "rollback"]),
  watch(storageLocations, backup, ["activate", "finalize", "rollback"]),
  watch(pods, backup, ["activate", "finalize", "rollback"]),
  watch(pods, acm, ["finalize"]),
  watch(multiClusterHubs, acm, ["finalize"]),
];
