import type { SwitchoverPermission, SwitchoverStep } from "./permissions.ts";

// What the phases do on the hubs, beyond the reads of the preflight. Each row names the tasks whose run needs it.

const cluster = "cluster.open-cluster-management.io";
const velero = "velero.io";
const backup = { namespace: "backup" } as const;
const acm = { namespace: "acm" } as const;
const observability = { namespace: "observability" } as const;
const tasks: readonly SwitchoverStep[] = ["primary-prep", "activate", "post-activate", "finalize", "rollback"];
const all: readonly SwitchoverStep[] = [...tasks, "report-and-unlock"];

type Row = Omit<SwitchoverPermission, "target">;
type Api = readonly [group: string, resource: string];

interface Use {
  readonly scope: Row["scope"];
  readonly steps: readonly SwitchoverStep[];
  readonly reason: string;
}

/** Also done by a dry run. */
function read([group, resource]: Api, verbs: readonly string[], use: Use): Row {
  return { group, resource, verbs, ...use, readOnly: true };
}

/** Only done by a run that changes something: writes, and what is looked at after them. */
function write([group, resource]: Api, verbs: readonly string[], use: Use): Row {
  return { group, resource, verbs, ...use, readOnly: false };
}

/** Waits fall back to polling without it. */
function watch(api: Api, scope: Row["scope"], steps: readonly SwitchoverStep[]): Row {
  return {
    ...write(api, ["watch"], { scope, steps, reason: "wait by watching instead of polling" }),
    optional: "watch",
  };
}

/** Without it nothing is told beside the objects. */
function event(steps: readonly SwitchoverStep[]): Row {
  return {
    ...write(["events.k8s.io", "events"], ["create"], {
      scope: backup,
      steps,
      reason: "tell of the switchover beside what it changed",
    }),
    optional: "events",
  };
}

const observabilities: Api = ["observability.open-cluster-management.io", "multiclusterobservabilities"];
const namespaces: Api = ["", "namespaces"];
const pods: Api = ["", "pods"];
const clusterVersions: Api = ["config.openshift.io", "clusterversions"];
const multiClusterHubs: Api = ["operator.open-cluster-management.io", "multiclusterhubs"];
const managedClusters: Api = [cluster, "managedclusters"];
const clusterDeployments: Api = ["hive.openshift.io", "clusterdeployments"];
const backupSchedules: Api = [cluster, "backupschedules"];
const acmRestores: Api = [cluster, "restores"];
const veleroBackups: Api = [velero, "backups"];
const veleroRestores: Api = [velero, "restores"];
const veleroSchedules: Api = [velero, "schedules"];
const storageLocations: Api = [velero, "backupstoragelocations"];

const onBoth: readonly Row[] = [
  read(namespaces, ["get"], { scope: "cluster", steps: tasks, reason: "tell the hubs apart" }),
  read(clusterVersions, ["get"], { scope: "cluster", steps: tasks, reason: "tell the hubs apart" }),
  read(multiClusterHubs, ["list"], { scope: acm, steps: tasks, reason: "version of ACM" }),
  write(["coordination.k8s.io", "leases"], ["get", "create", "update", "delete"], {
    scope: backup,
    steps: all,
    reason: "keep two operations off one hub",
  }),
];

const onPrimary: readonly Row[] = [
  read(managedClusters, ["list"], { scope: "cluster", steps: all, reason: "the fleet" }),
  read(clusterDeployments, ["list"], { scope: "cluster", steps: tasks, reason: "which clusters Hive provisioned" }),
  read(backupSchedules, ["list"], {
    scope: backup,
    steps: ["primary-prep", "finalize", "rollback"],
    reason: "who makes backups",
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

const onSecondary: readonly Row[] = [
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

function on(target: SwitchoverPermission["target"], rows: readonly Row[]): readonly SwitchoverPermission[] {
  return rows.map((row) => ({ target, ...row }));
}

/** Rows of the four tasks and the last one. */
export const phasePermissions: readonly SwitchoverPermission[] = [
  ...on("primary", [...onBoth, ...onPrimary]),
  ...on("secondary", [...onBoth, ...onSecondary]),
];
