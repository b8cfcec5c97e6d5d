import type { SwitchoverPermission, SwitchoverStep } from "./permissions.ts";

// The words in which the permissions of the phases are written down.

const cluster = "cluster.open-cluster-management.io";
const velero = "velero.io";
export const backup = { namespace: "backup" } as const;
export const acm = { namespace: "acm" } as const;
export const observability = { namespace: "observability" } as const;
export const tasks: readonly SwitchoverStep[] = ["primary-prep", "activate", "post-activate", "finalize", "rollback"];
export const all: readonly SwitchoverStep[] = [...tasks, "report-and-unlock"];

export type Row = Omit<SwitchoverPermission, "target">;
export type Api = readonly [group: string, resource: string];

interface Use {
  readonly scope: Row["scope"];
  readonly steps: readonly SwitchoverStep[];
  readonly reason: string;
}

/** Also done by a dry run. */
export function read([group, resource]: Api, verbs: readonly string[], use: Use): Row {
  return { group, resource, verbs, ...use, readOnly: true };
}

/** Only done by a run that changes something: writes, and what is looked at after them. */
export function write([group, resource]: Api, verbs: readonly string[], use: Use): Row {
  return { group, resource, verbs, ...use, readOnly: false };
}

/** Waits fall back to polling without it. */
export function watch(api: Api, scope: Row["scope"], steps: readonly SwitchoverStep[]): Row {
  return {
    ...write(api, ["watch"], { scope, steps, reason: "wait by watching instead of polling" }),
    optional: "watch",
  };
}

/** Without it nothing is told beside the objects. */
export function event(steps: readonly SwitchoverStep[]): Row {
  return {
    ...write(["events.k8s.io", "events"], ["create"], {
      scope: backup,
      steps,
      reason: "tell of the switchover beside what it changed",
    }),
    optional: "events",
  };
}

/** Without it the version of ACM tells how a BackupSchedule is paused. */
export function readDefinitions(steps: readonly SwitchoverStep[]): Row {
  const use = { scope: "cluster", steps, reason: "whether a BackupSchedule can be paused" } as const;
  return { ...read(["apiextensions.k8s.io", "customresourcedefinitions"], ["get"], use), optional: "definitions" };
}

export const observabilities: Api = ["observability.open-cluster-management.io", "multiclusterobservabilities"];
export const namespaces: Api = ["", "namespaces"];
export const pods: Api = ["", "pods"];
export const clusterVersions: Api = ["config.openshift.io", "clusterversions"];
export const multiClusterHubs: Api = ["operator.open-cluster-management.io", "multiclusterhubs"];
export const managedClusters: Api = [cluster, "managedclusters"];
export const clusterDeployments: Api = ["hive.openshift.io", "clusterdeployments"];
export const backupSchedules: Api = [cluster, "backupschedules"];
export const acmRestores: Api = [cluster, "restores"];
export const veleroBackups: Api = [velero, "backups"];
export const veleroRestores: Api = [velero, "restores"];
export const veleroSchedules: Api = [velero, "schedules"];
export const storageLocations: Api = [velero, "backupstoragelocations"];
