import type { SwitchoverPermission, SwitchoverStep } from "../permissions.ts";

// What Argo CD takes: nothing where it is not installed. Apart from the roles' base, so that an account gets no hand on
// Applications unless its owner wants that.

type Row = Omit<SwitchoverPermission, "target">;

const crd = ["apiextensions.k8s.io", "customresourcedefinitions"] as const;
const commands: readonly SwitchoverStep[] = ["argocd-pause", "argocd-resume"];
const backup = { namespace: "backup" } as const;

function row(
  [group, resource]: readonly [string, string],
  verb: string,
  rest: Omit<Row, "group" | "resource" | "verbs">,
): Row {
  return { group, resource, verbs: [verb], ...rest };
}

const onBoth: readonly Row[] = [
  row(crd, "get", {
    scope: "cluster",
    steps: ["preflight", "primary-prep", "argocd-pause", "rbac-check"],
    reason: "whether Argo CD or Flux is installed",
    readOnly: true,
    when: "gitops",
  }),
  row(["argoproj.io", "applications"], "list", {
    scope: "cluster",
    steps: ["preflight", "primary-prep", "activate", "finalize", "rollback", ...commands],
    reason: "what Argo CD keeps as Git has it",
    readOnly: true,
    when: "argocd",
  }),
  row(["argoproj.io", "argocds"], "list", {
    scope: "cluster",
    steps: ["preflight"],
    reason: "which instances Argo CD's operator runs",
    readOnly: true,
    when: "argocd-operator",
  }),
  row(["argoproj.io", "applications"], "patch", {
    scope: "cluster",
    steps: ["primary-prep", "activate", "finalize", "rollback", ...commands],
    reason: "pause and resume Applications",
    readOnly: false,
    when: "argocd-manage",
  }),
  row(["argoproj.io", "applications"], "watch", {
    scope: "cluster",
    steps: ["primary-prep", "activate", "argocd-pause"],
    reason: "wait by watching instead of polling until they stand still",
    readOnly: false,
    when: "argocd-manage",
    optional: "watch",
  }),
  row(["cluster.open-cluster-management.io", "managedclusters"], "list", {
    scope: "cluster",
    steps: ["primary-prep", "argocd-pause"],
    reason: "name of the hub's own cluster",
    readOnly: true,
  }),
];

/** The standalone commands tell hubs apart and keep others off them, as a switchover does. */
const onCommands: readonly Row[] = [
  row(["", "namespaces"], "get", { scope: "cluster", steps: commands, reason: "tell the hubs apart", readOnly: true }),
  row(["config.openshift.io", "clusterversions"], "get", {
    scope: "cluster",
    steps: commands,
    reason: "tell the hubs apart",
    readOnly: true,
  }),
  row(["operator.open-cluster-management.io", "multiclusterhubs"], "list", {
    scope: { namespace: "acm" },
    steps: commands,
    reason: "version of ACM",
    readOnly: true,
  }),
  {
    group: "coordination.k8s.io",
    resource: "leases",
    verbs: ["get", "create", "update", "delete"],
    scope: backup,
    steps: commands,
    reason: "keep two operations off one hub",
    readOnly: false,
  },
];

/** Rows of both hubs. */
export const argocdPermissions: readonly SwitchoverPermission[] = (["primary", "secondary"] as const).flatMap(
  (target) => [...onBoth, ...onCommands].map((one) => ({ target, ...one })),
);
