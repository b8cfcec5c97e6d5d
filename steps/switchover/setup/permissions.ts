import type { Permission } from "../../lib/step/types.ts";

type Scope = Permission["scope"];

const rbac = "rbac.authorization.k8s.io";
const accounts: Scope = { namespace: "accounts" };
const everyNamespace: readonly Scope[] = ["acm", "backup", "engine", "observability"].map((namespace) => ({
  namespace,
}));

function admin(group: string, resource: string, verbs: readonly string[], scope: Scope, reason: string): Permission {
  return { target: "admin", group, resource, verbs, scope, reason, readOnly: verbs.every((verb) => verb === "get") };
}

const apply = ["create", "patch"];
const grant = "grant the roles; nobody can grant what they do not hold, so that it takes an administrator";

/** What a setup needs of the administrator's account. */
export const setupPermissions: readonly Permission[] = [
  admin("", "namespaces", ["get"], "cluster", "which namespaces the hub has"),
  admin("apiextensions.k8s.io", "customresourcedefinitions", ["get"], "cluster", "whether the hub has Argo CD or Flux"),
  admin("", "namespaces", apply, "cluster", "the namespace of the accounts"),
  admin("", "serviceaccounts", apply, accounts, "the accounts"),
  admin("", "serviceaccounts/token", ["create"], accounts, "their tokens"),
  admin(rbac, "clusterroles", apply, "cluster", grant),
  admin(rbac, "clusterrolebindings", apply, "cluster", grant),
  ...everyNamespace.flatMap((scope) => [
    admin(rbac, "roles", apply, scope, grant),
    admin(rbac, "rolebindings", apply, scope, grant),
  ]),
];
