import type { Permission } from "../../lib/step/types.ts";
import { objectName } from "../acm/constants.ts";
import { klusterletNamespace } from "../inspection-permissions.ts";
import type { SwitchoverPermission } from "../permissions.ts";
import type { RoleName } from "./role-parts.ts";

// What only a part of the users grants: apart from the roles, and never asked for by a switchover.

/** Removing the old hub: an extension of the operator's role, to be granted only where that is wanted. */
export const decommissionPermissions: readonly SwitchoverPermission[] = [
  remove("observability.open-cluster-management.io", "multiclusterobservabilities", "cluster", "remove observability"),
  {
    ...remove(
      "observability.open-cluster-management.io",
      "multiclusterobservabilities",
      "cluster",
      "wait until it is gone",
    ),
    verbs: ["watch"],
    optional: "watch",
  },
  remove("cluster.open-cluster-management.io", "managedclusters", "cluster", "remove the records of the clusters"),
  remove("operator.open-cluster-management.io", "multiclusterhubs", { namespace: "acm" }, "remove ACM"),
];

function remove(
  group: string,
  resource: string,
  scope: SwitchoverPermission["scope"],
  reason: string,
): SwitchoverPermission {
  return {
    target: "primary",
    group,
    resource,
    verbs: ["delete"],
    scope,
    readOnly: false,
    reason,
    steps: ["decommission"],
  };
}

/** A permission on a managed cluster, in the namespace of its klusterlet. */
export type SpokePermission = Permission & { readonly scope: { readonly namespace: "agent" } };

const { hubKubeconfigSecret, bootstrapKubeconfigSecret, klusterlet } = objectName;

const spokePermissions: readonly SpokePermission[] = [
  spoke("", "secrets", ["get"], "which hub the klusterlet obeys", [hubKubeconfigSecret, bootstrapKubeconfigSecret]),
  spoke("apps", "deployments", ["get"], "whether the klusterlet runs", [klusterlet]),
  { ...spoke("", "secrets", ["create"], "lead the klusterlet to another hub"), readOnly: false },
  {
    ...spoke("", "secrets", ["update"], "lead the klusterlet to another hub", [bootstrapKubeconfigSecret]),
    readOnly: false,
  },
  { ...spoke("apps", "deployments", ["patch"], "restart the klusterlet", [klusterlet]), readOnly: false },
];

function spoke(
  group: string,
  resource: string,
  verbs: readonly string[],
  reason: string,
  resourceNames?: readonly string[],
): SpokePermission {
  const named = resourceNames === undefined ? {} : { resourceNames };
  return { target: "spoke", group, resource, verbs, scope: { namespace: "agent" }, readOnly: true, reason, ...named };
}

export function spokePermissionsOf(role: RoleName): readonly SpokePermission[] {
  return role === "operator" ? spokePermissions : spokePermissions.filter(({ readOnly }) => readOnly);
}

/** Role of a namespace in a spoke's permissions → its name. */
export const spokeNamespaces = { agent: klusterletNamespace } as const;
