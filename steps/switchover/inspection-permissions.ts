import { objectName } from "./acm/constants.ts";
import type { SwitchoverPermission } from "./permissions.ts";

// What the steps need that only look, before or after a switchover. Apart from those of a switchover, so that a role
// without them does not block one.

type Row = Omit<SwitchoverPermission, "target" | "readOnly">;
type Use = Pick<Row, "scope" | "steps" | "reason">;

const cluster = "cluster.open-cluster-management.io";
const velero = "velero.io";
const backup = { namespace: "backup" } as const;
const acm = { namespace: "acm" } as const;
const observability = { namespace: "observability" } as const;

function read(group: string, resource: string, verb: "get" | "list", use: Use): Row {
  return { group, resource, verbs: [verb], ...use };
}

const both = ["discover", "postflight"] as const;
const all = [...both, "rbac-check"] as const;

const onBoth: readonly Row[] = [
  read("", "namespaces", "get", { scope: "cluster", steps: all, reason: "which products a cluster has" }),
  read("config.openshift.io", "clusterversions", "get", {
    scope: "cluster",
    steps: both,
    reason: "id and version of the hub's own cluster",
  }),
  read("operator.open-cluster-management.io", "multiclusterhubs", "list", {
    scope: acm,
    steps: all,
    reason: "version of ACM",
  }),
  read(cluster, "managedclusters", "list", { scope: "cluster", steps: both, reason: "the fleet" }),
  read(cluster, "backupschedules", "list", { scope: backup, steps: both, reason: "who makes backups" }),
  read(cluster, "restores", "list", { scope: backup, steps: both, reason: "passive sync and activation" }),
  read("observability.open-cluster-management.io", "multiclusterobservabilities", "list", {
    scope: "cluster",
    steps: ["postflight"],
    reason: "where observability runs",
  }),
  read("", "pods", "list", { scope: observability, steps: ["postflight"], reason: "whether observability runs" }),
];

/** Granted to every account, unless somebody took that away. */
const review: Row = {
  group: "authorization.k8s.io",
  resource: "selfsubjectaccessreviews",
  verbs: ["create"],
  scope: "cluster",
  steps: ["rbac-check"],
  reason: "ask which permissions are granted",
};

const onPrimary: readonly Row[] = [
  read(velero, "backupstoragelocations", "list", {
    scope: backup,
    steps: ["discover"],
    reason: "where backups are kept",
  }),
];

const onSecondary: readonly Row[] = [
  read(velero, "backupstoragelocations", "list", { scope: backup, steps: both, reason: "where backups are kept" }),
  read(velero, "backups", "list", { scope: backup, steps: ["postflight"], reason: "which backups exist" }),
  read("", "pods", "list", { scope: backup, steps: ["postflight"], reason: "whether Velero runs" }),
  read("", "pods/log", "get", { scope: backup, steps: ["postflight"], reason: "what Velero complains of" }),
  read("", "pods", "list", { scope: acm, steps: ["postflight"], reason: "health of ACM" }),
  read("", "configmaps", "get", {
    scope: { namespace: "engine" },
    steps: ["postflight"],
    reason: "auto-import strategy",
  }),
  read("route.openshift.io", "routes", "get", {
    scope: observability,
    steps: ["postflight"],
    reason: "way to the dashboards",
  }),
];

function on(target: SwitchoverPermission["target"], rows: readonly Row[]): readonly SwitchoverPermission[] {
  return rows.map((row) => ({ target, readOnly: true, ...row }));
}

export const inspectionPermissions: readonly SwitchoverPermission[] = [
  ...on("primary", [...onBoth, review, ...onPrimary]),
  ...on("secondary", [...onBoth, review, ...onSecondary]),
];

/** Where the klusterlet of a managed cluster keeps the address of its hub. */
export const klusterletNamespace = "open-cluster-management-agent";

/** On a managed cluster that two hubs claim. */
export const spokeReads = [
  {
    target: "spoke",
    group: "",
    resource: "secrets",
    verbs: ["get"],
    scope: { namespace: "agent" },
    resourceNames: [objectName.hubKubeconfigSecret],
    readOnly: true,
    reason: "which hub a cluster obeys that two hubs claim",
  },
] as const;
