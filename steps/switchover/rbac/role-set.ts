import type { HubNamespaces } from "../acm/namespaces.ts";
import type { SwitchoverPermission } from "../permissions.ts";
import { decommissionPermissions, spokeNamespaces, spokePermissionsOf } from "./extra-permissions.ts";
import { policyRules } from "./policy-rules.ts";
import {
  type Manifest,
  namespaceObject,
  type RoleSpec,
  roleBindingObject,
  roleObject,
  serviceAccountObject,
} from "./role-objects.ts";
import {
  accountName,
  accountNamespace,
  decommissionName,
  partOf,
  permissionsOfRole,
  type RoleName,
  type RolePart,
  roleObjectName,
} from "./role-parts.ts";

const area = "switchover";

/** One object of a role, and what its file is called. */
export interface RoleEntry {
  readonly file: string;
  readonly object: Manifest;
}

/** Role and binding of one scope. `suffix` is the end of the file names. */
function pair(spec: RoleSpec, suffix: string): readonly RoleEntry[] {
  const kind = spec.namespace === undefined ? "cluster-role" : "role";
  return [
    { file: `${kind}${suffix}.yaml`, object: roleObject(spec) },
    { file: `${kind}-binding${suffix}.yaml`, object: roleBindingObject(spec) },
  ];
}

interface Holder {
  /** Name of roles and bindings. */
  readonly name: string;
  readonly account: string;
}

/** Roles with their bindings, one pair for each scope of the permissions. */
function pairs(
  permissions: readonly SwitchoverPermission[],
  holder: Holder,
  namespaces: HubNamespaces,
): readonly RoleEntry[] {
  const common = { area, ...holder, accountNamespace };
  const atCluster = permissions.filter(({ scope }) => scope === "cluster");
  const keys = Object.keys(namespaces).toSorted() as readonly (keyof HubNamespaces)[]; // keys of that very type
  return [
    ...(atCluster.length === 0 ? [] : pair({ ...common, rules: policyRules(atCluster) }, "")),
    ...keys.flatMap((key) => {
      const inside = permissions.filter(({ scope }) => scope !== "cluster" && scope.namespace === key);
      return inside.length === 0
        ? []
        : pair({ ...common, namespace: namespaces[key], rules: policyRules(inside) }, `-${key}`);
    }),
  ];
}

/** The roles of one part with their bindings. */
export function roleEntries(role: RoleName, part: RolePart, namespaces: HubNamespaces): readonly RoleEntry[] {
  const permissions = permissionsOfRole(role).filter((permission) => partOf(permission) === part);
  return pairs(permissions, { name: roleObjectName(role, part), account: accountName(role) }, namespaces);
}

/** What the operator's account holds beyond its role where it may remove a hub. */
export function decommissionEntries(namespaces: HubNamespaces): readonly RoleEntry[] {
  return pairs(decommissionPermissions, { name: decommissionName, account: accountName("operator") }, namespaces);
}

/** What a role's account holds on a managed cluster, beside the account itself. */
export function spokeEntries(role: RoleName): readonly RoleEntry[] {
  const { agent: namespace } = spokeNamespaces;
  const name = accountName(role);
  const spec = { area, name, account: name, accountNamespace, namespace, rules: policyRules(spokePermissionsOf(role)) };
  return [...pair(spec, ""), ...accountEntries(role)];
}

/** The account of a role and the namespace that it lives in. */
export function accountEntries(role: RoleName): readonly RoleEntry[] {
  return [
    { file: "namespace.yaml", object: namespaceObject(area, accountNamespace) },
    { file: "service-account.yaml", object: serviceAccountObject(area, accountName(role), accountNamespace) },
  ];
}
