import type { Manifest } from "../../steps/switchover/rbac/role-objects.ts";
import { accountName, accountNamespace, type RoleName } from "../../steps/switchover/rbac/role-parts.ts";
import { type RoleEntry, spokeEntries } from "../../steps/switchover/rbac/role-set.ts";

const policyGroup = "policy.open-cluster-management.io";
const clusterGroup = "cluster.open-cluster-management.io";
/** Every managed cluster is in it (ACM 2.6 and newer). */
const clusterSet = "global";

/** On the managed clusters these objects may have further fields of others; all else has to be exactly as it is here. */
const shared: ReadonlySet<string> = new Set(["Namespace", "ServiceAccount"]);

function templateOf({ object }: RoleEntry): object {
  return {
    complianceType: shared.has(object.kind) ? "musthave" : "mustonlyhave",
    objectDefinition: object,
  };
}

function policy(role: RoleName, metadata: Manifest["metadata"]): Manifest & { readonly spec: object } {
  // What lies in a namespace comes after it.
  const entries = spokeEntries(role).toSorted(
    (a, b) => Number(shared.has(b.object.kind)) - Number(shared.has(a.object.kind)),
  );
  return {
    apiVersion: `${policyGroup}/v1`,
    kind: "Policy",
    metadata,
    spec: {
      disabled: false,
      remediationAction: "enforce",
      "policy-templates": [
        {
          objectDefinition: {
            apiVersion: `${policyGroup}/v1`,
            kind: "ConfigurationPolicy",
            metadata: { name: accountName(role) },
            spec: { remediationAction: "enforce", severity: "high", "object-templates": entries.map(templateOf) },
          },
        },
      ],
    },
  };
}

/** The hub's own cluster has no klusterlet that could be led elsewhere; one that is away gets its role when it is back. */
function placement(metadata: Manifest["metadata"]): Manifest & { readonly spec: object } {
  const isManaged = { key: "local-cluster", operator: "NotIn", values: ["true"] };
  const away = ["unreachable", "unavailable"].map((reason) => ({
    key: `${clusterGroup}/${reason}`,
    operator: "Exists",
  }));
  return {
    apiVersion: `${clusterGroup}/v1beta1`,
    kind: "Placement",
    metadata,
    spec: {
      clusterSets: [clusterSet],
      predicates: [{ requiredClusterSelector: { labelSelector: { matchExpressions: [isManaged] } } }],
      tolerations: away,
    },
  };
}

function placementBinding(
  metadata: Manifest["metadata"],
): Manifest & { readonly placementRef: object; readonly subjects: readonly object[] } {
  const { name } = metadata;
  return {
    apiVersion: `${policyGroup}/v1`,
    kind: "PlacementBinding",
    metadata,
    placementRef: { apiGroup: clusterGroup, kind: "Placement", name },
    subjects: [{ apiGroup: policyGroup, kind: "Policy", name }],
  };
}

/** A Placement sees only the sets that are bound to its namespace. */
function clusterSetBinding(metadata: Manifest["metadata"]): Manifest & { readonly spec: object } {
  return {
    apiVersion: `${clusterGroup}/v1beta2`,
    kind: "ManagedClusterSetBinding",
    metadata: { ...metadata, name: clusterSet },
    spec: { clusterSet },
  };
}

/**
 * The same as `managed-cluster/<role>`, as a governance Policy: applied on the hub, it is on every managed cluster, and
 * ACM's backup takes it to the next hub. ACM refuses a Policy whose name and namespace together pass 62 characters.
 */
export function spokePolicyEntries(role: RoleName): readonly RoleEntry[] {
  const name = `${accountName(role)}-on-clusters`;
  const metadata = { name, namespace: accountNamespace, labels: { "app.kubernetes.io/part-of": "switchover" } };
  return [
    { file: "policy.yaml", object: policy(role, metadata) },
    { file: "placement.yaml", object: placement(metadata) },
    { file: "placement-binding.yaml", object: placementBinding(metadata) },
    { file: "managed-cluster-set-binding.yaml", object: clusterSetBinding(metadata) },
  ];
}
