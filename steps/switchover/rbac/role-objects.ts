import type { KubeObject } from "../../lib/kube/types.ts";
import type { PolicyRule } from "./policy-rules.ts";

/** Who a role is for, and where. */
export interface RoleSpec {
  readonly area: string;
  /** Name of role and binding. */
  readonly name: string;
  readonly account: string;
  /** Namespace of the account. */
  readonly accountNamespace: string;
  /** Absent for a ClusterRole. */
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
}

/** An object as it is applied: it says itself what it is. */
export interface Manifest extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

const rbac = "rbac.authorization.k8s.io";

function labels(area: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/part-of": area };
}

function metadata({ area, name, namespace }: RoleSpec): Manifest["metadata"] {
  return { name, ...(namespace === undefined ? {} : { namespace }), labels: labels(area) };
}

/** A Role where the spec names a namespace, else a ClusterRole. */
export function roleObject(spec: RoleSpec): Manifest & { readonly rules: readonly PolicyRule[] } {
  return {
    apiVersion: `${rbac}/v1`,
    kind: spec.namespace === undefined ? "ClusterRole" : "Role",
    metadata: metadata(spec),
    rules: spec.rules,
  };
}

/** Binds the role of the same spec to its account. */
export function roleBindingObject(spec: RoleSpec): Manifest & { readonly roleRef: object; readonly subjects: object } {
  const kind = spec.namespace === undefined ? "ClusterRole" : "Role";
  return {
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata: metadata(spec),
    roleRef: { apiGroup: rbac, kind, name: spec.name },
    subjects: [{ kind: "ServiceAccount", name: spec.account, namespace: spec.accountNamespace }],
  };
}

export function namespaceObject(area: string, name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: labels(area) } };
}

export function serviceAccountObject(area: string, name: string, namespace: string): Manifest {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels: labels(area) } };
}
