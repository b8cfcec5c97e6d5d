import type { SwitchoverPermission, SwitchoverStep } from "../permissions.ts";

// What Flux takes: nothing where it is not installed. Apart from the roles' base, as what Argo CD takes is.

const kinds = [
  { group: "kustomize.toolkit.fluxcd.io", resource: "kustomizations" },
  { group: "helm.toolkit.fluxcd.io", resource: "helmreleases" },
] as const;
const pausing: readonly SwitchoverStep[] = ["primary-prep", "argocd-pause"];
const resuming: readonly SwitchoverStep[] = ["activate", "finalize", "rollback", "argocd-resume"];

type Row = Omit<SwitchoverPermission, "target">;

const onKinds: readonly Row[] = kinds.flatMap((kind): readonly Row[] => [
  {
    ...kind,
    verbs: ["list"],
    scope: "cluster",
    steps: [...pausing, ...resuming],
    reason: "what Flux keeps as Git has it",
    readOnly: true,
    when: "flux-manage",
  },
  {
    ...kind,
    verbs: ["patch"],
    scope: "cluster",
    steps: [...pausing, ...resuming],
    reason: "suspend and resume what Flux keeps",
    readOnly: false,
    when: "flux-manage",
  },
  {
    ...kind,
    verbs: ["watch"],
    scope: "cluster",
    steps: [...pausing, "activate"],
    reason: "wait by watching instead of polling until it stands still",
    readOnly: false,
    when: "flux-manage",
    optional: "watch",
  },
]);

/** By whose labels a HelmRelease without an inventory is known to have something of ACM. */
const owned: readonly Row[] = (
  [
    ["operator.open-cluster-management.io", "multiclusterhubs", { namespace: "acm" }],
    ["cluster.open-cluster-management.io", "backupschedules", { namespace: "backup" }],
    ["cluster.open-cluster-management.io", "restores", { namespace: "backup" }],
  ] as const
).map(([group, resource, scope]) => ({
  group,
  resource,
  verbs: ["list"],
  scope,
  steps: pausing,
  reason: "what of ACM carries the labels of a HelmRelease",
  readOnly: true,
}));

/** Rows of both hubs. */
export const fluxPermissions: readonly SwitchoverPermission[] = (["primary", "secondary"] as const).flatMap((target) =>
  [...onKinds, ...owned].map((one) => ({ target, ...one })),
);
