import * as Type from "typebox";
import { digestPattern } from "../lib/plan/plan-digest.ts";
import { clusterSelectorRule } from "./acm/cluster-selector.ts";
import { defaultNamespaces, type HubNamespaces } from "./acm/namespaces.ts";
import { tuningSchema } from "./tuning.schema.ts";

// The parameters that the steps of a switchover share, each declared once. A step spreads those that concern it.

/** Letters, digits and `_ . : - / @`, as `oc login` makes context names. */
export const contextRule = {
  pattern: "^[A-Za-z0-9]([A-Za-z0-9_.:/@-]{0,126}[A-Za-z0-9])?$",
  rule: "a context name of at most 128 letters, digits and _ . : - / @",
};

const contextName = (hub: string) =>
  Type.Optional(
    Type.String({
      ...contextRule,
      description: `Context in the kubeconfig of the ${hub} hub; its current context when empty`,
    }),
  );

const namespaceName = Type.Optional(
  Type.String({ pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", rule: "a namespace name of at most 63 characters" }),
);

/** A clusterID is a UUID, as is the uid that stands in for it. */
const hubId = { pattern: "^[0-9A-Za-z-]{1,64}$", rule: "the cluster id of a hub" };

/** Which two hubs, and how to talk to them. */
export const hubParameters = {
  "primary-context": contextName("old"),
  "secondary-context": contextName("new"),
  namespaces: Type.Optional(
    Type.Object(
      { acm: namespaceName, backup: namespaceName, observability: namespaceName, engine: namespaceName },
      {
        additionalProperties: false,
        description: 'Other namespaces than the usual ones as a JSON object, for example {"backup":"my-backup"}',
      },
    ),
  ),
  tuning: Type.Optional(
    Type.Object(tuningSchema.properties, {
      additionalProperties: false,
      description: 'Wait times in seconds as a JSON object, for example {"clusterWait":900}',
    }),
  ),
};

/** Which hub is to be removed. */
export const removalParameters = {
  "confirm-decommission": Type.Optional(
    Type.String({
      pattern: "^[0-9A-Za-z][0-9A-Za-z.:-]{0,252}$",
      rule: "the cluster id of a hub, or the host name of its API server",
      description:
        "Cluster id of the hub to remove, or the host name of its API server, repeated as a confirmation; only a dry run needs none",
    }),
  ),
};

/** How the fleet moves. */
export const methodParameters = {
  method: Type.Enum(["passive", "full"], {
    default: "passive",
    description: "How the fleet is activated; passive uses the passive sync Restore of the new hub",
  }),
  "activation-method": Type.Enum(["patch", "restore"], {
    default: "patch",
    description: "How the passive Restore is activated; patch changes it in place, restore replaces it",
  }),
  "old-hub-action": Type.Enum(["secondary", "decommission", "none"], {
    default: "secondary",
    description:
      "What becomes of the old hub; secondary makes it the standby of the new one, decommission removes ACM from it, none leaves it as it is",
  }),
  "cluster-selector": Type.Optional(
    Type.String({
      ...clusterSelectorRule,
      description:
        "Labels of the clusters that move first, for example stage=canary; the others follow once those are connected; all at once when empty",
    }),
  ),
  ...removalParameters,
};

/** What of the preparation the preflight judges too. */
export const preparationParameters = {
  "final-backup": Type.Boolean({
    default: false,
    description: "Back the old hub up once more before its schedule is paused, and wait until the new hub sees that",
  }),
};

/** The old hub may be lost for good: then the fleet moves without it. */
export const lostHubParameters = {
  "primary-unreachable": Type.Boolean({
    default: false,
    description: "Go on without the old hub, which is down; nothing of it is asked, prepared or stopped",
  }),
  "acknowledge-primary-down": Type.Optional(
    Type.String({
      ...hubId,
      description:
        "Cluster id of the new hub, repeated to confirm that the old hub is down; needed with primary-unreachable",
    }),
  ),
};

/** What of the activation the preflight judges too. */
export const activationParameters = {
  "manage-auto-import-strategy": Type.Boolean({
    default: false,
    description: "Set the auto-import strategy of the new hub to ImportAndSync during the switchover",
  }),
};
/** What the name of an operation may be. */
export const operationIdRule = {
  pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
  rule: "lower-case letters, digits and hyphens, at most 63",
} as const;

/** Which operation this run belongs to. */
export const operationParameters = {
  "operation-id": Type.Optional(
    Type.String({
      ...operationIdRule,
      description:
        "Name of this operation and its state; derived from both hubs when empty, so that starting again resumes",
    }),
  ),
  "confirm-new-hub": Type.Optional(
    Type.String({
      ...hubId,
      description: "Cluster id of the new hub, repeated as a confirmation; checked wherever given",
    }),
  ),
  "dry-run": Type.Boolean({ default: false, description: "Plan only and change nothing" }),
};

/** Whether somebody has to approve the plan before it is carried out. */
export const approvalParameters = {
  approval: Type.Enum(["none", "gate", "digest"], {
    default: "none",
    description: "Who approves the plan before anything is changed; gate asks people, digest compares with plan-digest",
  }),
  "plan-digest": Type.Optional(
    Type.String({
      pattern: digestPattern,
      rule: "sha256: and 64 hexadecimal digits in lower case",
      description: "Digest of the approved plan, as the last lines of a dry run tell it; needed with approval digest",
    }),
  ),
};

/** Whether observability counts at all, before and during the move. */
export const observabilityCheckParameters = {
  "skip-observability-checks": Type.Boolean({
    default: false,
    description: "Do not let observability block the switchover, and leave it alone on both hubs",
  }),
};

/** What the old hub loses of its observability, which the preflight must know. */
export const observabilityRemovalParameters = {
  "disable-observability-on-secondary": Type.Boolean({
    default: false,
    description:
      "Delete the MultiClusterObservability of the old hub at the end, the only way to stop its metrics for good",
  }),
};

/** What becomes of the metrics while the fleet moves. */
export const observabilityParameters = {
  ...observabilityCheckParameters,
  ...observabilityRemovalParameters,
  "pause-observatorium-api": Type.Boolean({
    default: false,
    description: "Also stop the observatorium API of the old hub before the move, so that it takes no metrics in",
  }),
  "strict-observability": Type.Boolean({
    default: false,
    description: "Let observability pods of the new hub that do not work end the switchover",
  }),
};

/** What becomes of GitOps while the fleet moves. */
export const argocdParameters = {
  "argocd-manage": Type.Boolean({
    default: false,
    description: "Pause the Argo CD Applications of both hubs that touch ACM before anything else",
  }),
  "argocd-resume-after-switchover": Type.Boolean({
    default: false,
    description: "Let the paused Argo CD Applications sync again at the end; Git must lead to the new hub by then",
  }),
  "flux-manage": Type.Boolean({
    default: false,
    description: "Suspend the Kustomizations and HelmReleases of Flux on both hubs that touch ACM before anything else",
  }),
  "flux-resume-after-switchover": Type.Boolean({
    default: false,
    description: "Let what was suspended of Flux reconcile again at the end; Git must lead to the new hub by then",
  }),
};

/** The namespaces of this run: the given ones over the usual ones. */
export function resolveNamespaces(given: { readonly [K in keyof HubNamespaces]?: string } | undefined): HubNamespaces {
  return { ...defaultNamespaces, ...given };
}
