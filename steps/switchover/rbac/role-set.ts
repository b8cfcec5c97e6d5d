import type { HubNamespaces } from "../acm/namespaces.ts";
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

/** The roles of one part with their bindings, one pair for each scope. */
export function roleEntries(role: RoleName, part: RolePart, namespaces: HubNamespaces): readonly RoleEntry[] {
  const permissions = permissionsOfRole(role).filter((permission) => partOf(permission) === part);
  const common = { area, name: roleObjectName(role, part), account: accountName(role), accountNamespace };
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

/** The account of a role and the namespace that it lives in. */
export function accountEntries(role: RoleName): readonly RoleEntry[] {
  return [
    { file: "namespace.yaml", object: namespaceObject(area, accountNamespace) },
    { file: "service-account.yaml", object: serviceAccountObject(area, accountName(role), accountNamespace) },
  ];
}
