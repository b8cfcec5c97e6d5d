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

function read(group: string, resource: string, verb: "get" | "list", use: Use): Row {
  return { group, resource, verbs: [verb], ...use };
}

const discovered: readonly Row[] = [
  read("", "namespaces", "get", { scope: "cluster", steps: ["discover"], reason: "which clusters are hubs" }),
  read("config.openshift.io", "clusterversions", "get", {
    scope: "cluster",
    steps: ["discover"],
    reason: "id and version of the hub's own cluster",
  }),
  read("operator.open-cluster-management.io", "multiclusterhubs", "list", {
    scope: acm,
    steps: ["discover"],
    reason: "version of ACM",
  }),
  read(cluster, "managedclusters", "list", { scope: "cluster", steps: ["discover"], reason: "the fleet" }),
  read(cluster, "backupschedules", "list", { scope: backup, steps: ["discover"], reason: "who makes backups" }),
  read(cluster, "restores", "list", { scope: backup, steps: ["discover"], reason: "passive sync and activation" }),
  read(velero, "backupstoragelocations", "list", {
    scope: backup,
    steps: ["discover"],
    reason: "where backups are kept",
  }),
];

function on(target: SwitchoverPermission["target"], rows: readonly Row[]): readonly SwitchoverPermission[] {
  return rows.map((row) => ({ target, readOnly: true, ...row }));
}

export const inspectionPermissions: readonly SwitchoverPermission[] = [
  ...on("primary", discovered),
  ...on("secondary", discovered),
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
