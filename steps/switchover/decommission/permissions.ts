import type { SwitchoverPermission } from "../permissions.ts";
import { decommissionPermissions } from "../rbac/extra-permissions.ts";

// What the removal of a hub asks of it and of the hub that has the clusters now. Apart from a switchover's rows: all but
// the deletions is in the operator's role already, since a hub plays either part over its life; a test holds that.

type Row = Omit<SwitchoverPermission, "target" | "steps">;
type Api = readonly [group: string, resource: string];

const cluster = "cluster.open-cluster-management.io";
const velero = "velero.io";
const acm = { namespace: "acm" } as const;
const backup = { namespace: "backup" } as const;
const observability = { namespace: "observability" } as const;

const namespaces: Api = ["", "namespaces"];
const pods: Api = ["", "pods"];
const clusterVersions: Api = ["config.openshift.io", "clusterversions"];
const multiClusterHubs: Api = ["operator.open-cluster-management.io", "multiclusterhubs"];
const managedClusters: Api = [cluster, "managedclusters"];
const backupSchedules: Api = [cluster, "backupschedules"];
const acmRestores: Api = [cluster, "restores"];
const veleroRestores: Api = [velero, "restores"];
const storageLocations: Api = [velero, "backupstoragelocations"];

/** Also done by a dry run. */
function read([group, resource]: Api, verb: string, scope: Row["scope"], reason: string): Row {
  return { group, resource, verbs: [verb], scope, reason, readOnly: true };
}

function write([group, resource]: Api, verbs: readonly string[], scope: Row["scope"], reason: string): Row {
  return { group, resource, verbs, scope, reason, readOnly: false };
}

/** Waits fall back to polling without it. */
function watch(api: Api, scope: Row["scope"]): Row {
  return { ...write(api, ["watch"], scope, "wait by watching instead of polling"), optional: "watch" };
}

const onBoth: readonly Row[] = [
  read(namespaces, "get", "cluster", "tell the hubs apart, see what is installed"),
  read(clusterVersions, "get", "cluster", "tell the hubs apart"),
  read(multiClusterHubs, "list", acm, "version of ACM"),
  read(managedClusters, "list", "cluster", "the fleet"),
  read(backupSchedules, "list", backup, "who makes backups"),
];

const onPrimary: readonly Row[] = [
  read(["authorization.k8s.io", "selfsubjectaccessreviews"], "create", "cluster", "ask which permissions are granted"),
  read(
    ["hive.openshift.io", "clusterdeployments"],
    "list",
    "cluster",
    "clusters that would be destroyed with their record",
  ),
  read(
    ["observability.open-cluster-management.io", "multiclusterobservabilities"],
    "list",
    "cluster",
    "where observability runs",
  ),
  read(acmRestores, "list", backup, "Restores that are to go"),
  read(pods, "list", observability, "whether observability has stopped"),
  read(pods, "list", acm, "whether ACM is gone"),
  write(
    ["coordination.k8s.io", "leases"],
    ["get", "create", "update", "delete"],
    backup,
    "keep two operations off one hub",
  ),
  write(acmRestores, ["delete"], backup, "remove Restores"),
  write(backupSchedules, ["delete"], backup, "remove BackupSchedules"),
  write(veleroRestores, ["list"], backup, "whether a deleted Restore is gone"),
  write(storageLocations, ["list"], backup, "why a deleted Restore stays"),
  write(pods, ["list"], backup, "whether Velero runs"),
  watch(managedClusters, "cluster"),
  watch(multiClusterHubs, acm),
  watch(backupSchedules, backup),
  watch(acmRestores, backup),
  watch(veleroRestores, backup),
  watch(storageLocations, backup),
  watch(pods, acm),
  watch(pods, backup),
  watch(pods, observability),
];

const onSecondary: readonly Row[] = [read([velero, "backups"], "list", backup, "which backups exist")];

function on(target: SwitchoverPermission["target"], rows: readonly Row[]): readonly SwitchoverPermission[] {
  return rows.map((row) => ({ target, steps: ["decommission"], ...row }));
}

/** Of the operator's role. */
export const decommissionOfRole: readonly SwitchoverPermission[] = [
  ...on("primary", [...onBoth, ...onPrimary]),
  ...on("secondary", [...onBoth, ...onSecondary]),
];

/** Everything that the step needs, the extension of the role included. */
export const decommissionUse: readonly SwitchoverPermission[] = [...decommissionOfRole, ...decommissionPermissions];
