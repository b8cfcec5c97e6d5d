import type { Permission } from "../lib/step/types.ts";
import { objectName } from "./acm/constants.ts";
import type { HubNamespaces } from "./acm/namespaces.ts";
import { argocdPermissions } from "./argocd/permissions.ts";
import { decommissionUse } from "./decommission/permissions.ts";
import { fluxPermissions } from "./flux/permissions.ts";
import { inspectionPermissions } from "./inspection-permissions.ts";
import { phasePermissions } from "./phase-permissions.ts";

// Which API permission each step needs on which hub. From this table come the access reviews of the preflight, the
// manifests in rbac/switchover, and the test that compares them with what an API server's audit log recorded.

export type SwitchoverStep =
  | "preflight"
  | "primary-prep"
  | "activate"
  | "post-activate"
  | "finalize"
  | "rollback"
  | "report-and-unlock"
  | "discover"
  | "postflight"
  | "rbac-check"
  | "argocd-pause"
  | "argocd-resume"
  | "decommission";

export interface SwitchoverPermission extends Permission {
  readonly target: "primary" | "secondary";
  readonly scope: "cluster" | { readonly namespace: keyof HubNamespaces };
  readonly steps: readonly SwitchoverStep[];
  /**
   * Only needed there. `gitops`: unless skip-gitops-check. `argocd`: where Argo CD is installed. `argocd-operator`:
   * where its operator is, too. `argocd-manage`: where it is to be paused. `flux-manage`: where Flux is installed, and to be paused. `disable-observability`: where the old hub is
   * to lose its observability. `final-backup`: with that parameter.
   */
  readonly when?:
    | "gitops"
    | "argocd"
    | "argocd-operator"
    | "argocd-manage"
    | "flux-manage"
    | "disable-observability"
    | "final-backup";
  /**
   * What a run loses without it; absent = required.
   * `watch`: waits poll instead. `tokens`: the check of import tokens cannot look. `events`: no Events on the hubs.
   * `klusterlets`: no klusterlet is led to the hub. `definitions`: the version of ACM tells what its API knows.
   */
  readonly optional?: "watch" | "tokens" | "events" | "klusterlets" | "definitions";
}

type Row = Omit<SwitchoverPermission, "target">;

const velero = "velero.io";
const cluster = "cluster.open-cluster-management.io";
const backup = { namespace: "backup" } as const;
const observability = { namespace: "observability" } as const;

const preflightOnBoth: readonly Row[] = [
  read("", "namespaces", ["get"], "cluster", "reach the hub, see which namespaces exist"),
  read("", "nodes", ["list"], "cluster", "health of the hub's own cluster"),
  read("config.openshift.io", "clusteroperators", ["list"], "cluster", "health of the hub's own cluster"),
  read("config.openshift.io", "clusterversions", ["get"], "cluster", "id and health of the hub's own cluster"),
  read(cluster, "managedclusters", ["list"], "cluster", "the fleet"),
  read("operator.open-cluster-management.io", "multiclusterhubs", ["list"], { namespace: "acm" }, "health of ACM"),
  read("multicluster.openshift.io", "multiclusterengines", ["list"], "cluster", "component that makes import tokens"),
  read("authorization.k8s.io", "selfsubjectaccessreviews", ["create"], "cluster", "ask which permissions are granted"),
  read(cluster, "backupschedules", ["list"], backup, "who makes backups"),
  read(velero, "backups", ["list"], backup, "which backups exist"),
  read(velero, "backupstoragelocations", ["list"], backup, "where backups are kept"),
  read("oadp.openshift.io", "dataprotectionapplications", ["list"], backup, "state of OADP"),
  read("", "pods", ["list"], backup, "whether Velero runs"),
  read("", "configmaps", ["get"], { namespace: "engine" }, "auto-import strategy"),
  {
    ...read("", "secrets", ["list"], "cluster", "expiry of the import tokens, by label; reads no other Secret"),
    optional: "tokens",
  },
];

const preflightOnPrimary: readonly Row[] = [
  {
    ...read(
      "observability.open-cluster-management.io",
      "multiclusterobservabilities",
      ["list"],
      "cluster",
      "whether GitOps keeps observability",
    ),
    when: "gitops",
  },
  read(
    "hive.openshift.io",
    "clusterdeployments",
    ["list"],
    "cluster",
    "clusters that would be destroyed with their record",
  ),
];

const preflightOnSecondary: readonly Row[] = [
  read(
    "observability.open-cluster-management.io",
    "multiclusterobservabilities",
    ["list"],
    "cluster",
    "where observability runs",
  ),
  read(cluster, "restores", ["list"], backup, "passive sync"),
  read(velero, "restores", ["list"], backup, "what was restored"),
  read("", "pods", ["list"], observability, "whether observability writes on the standby"),
  {
    ...read("", "secrets", ["get"], observability, "object storage of observability"),
    resourceNames: [objectName.thanosObjectStorage],
  },
];

/** Everything that any step of a switchover needs. */
export const switchoverPermissions: readonly SwitchoverPermission[] = [
  ...on("primary", [...preflightOnBoth, ...preflightOnPrimary]),
  ...on("secondary", [...preflightOnBoth, ...preflightOnSecondary]),
  ...phasePermissions,
  ...argocdPermissions,
  ...fluxPermissions,
];

/** In the order of the Pipeline: where a run is to be approved, the first three plan all that follow, from what they read. */
const phaseSteps: readonly SwitchoverStep[] = ["preflight", "primary-prep", "activate", "post-activate", "finalize"];
const planners: readonly SwitchoverStep[] = ["preflight", "primary-prep", "activate"];

function plansWith(step: SwitchoverStep, { readOnly, steps }: SwitchoverPermission): boolean {
  const place = phaseSteps.indexOf(step);
  return planners.includes(step) && readOnly && phaseSteps.slice(place).some((later) => steps.includes(later));
}

/** The rows of one step, for its declaration. */
export function permissionsOf(step: SwitchoverStep): readonly SwitchoverPermission[] {
  return [...switchoverPermissions, ...inspectionPermissions, ...decommissionUse].filter(
    (row) => row.steps.includes(step) || plansWith(step, row),
  );
}

function read(group: string, resource: string, verbs: readonly string[], scope: Row["scope"], reason: string): Row {
  return { group, resource, verbs, scope, readOnly: true, reason, steps: ["preflight"] };
}

function on(target: SwitchoverPermission["target"], rows: readonly Row[]): readonly SwitchoverPermission[] {
  return rows.map((row) => ({ target, ...row }));
}
