import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Role, rolesFolder } from "./accounts.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface RoleObject {
  readonly kind: "Role" | "ClusterRole";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

/** One verb on one resource, and the role that grants it. */
export interface Grant {
  readonly role: RoleObject;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** Role and ClusterRole objects of all parts of a role, as they are committed. */
export function rolesOf(role: Role): readonly RoleObject[] {
  const folder = join(rolesFolder, role);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file): { readonly kind: string } => parse(readFileSync(join(folder, file), "utf8")))
    .filter((object): object is RoleObject => object.kind === "Role" || object.kind === "ClusterRole");
}

/** Every single permission of the roles. */
export function grantsOf(roles: readonly RoleObject[]): readonly Grant[] {
  return roles.flatMap((role) =>
    role.rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) =>
            (resourceNames ?? [undefined]).map((name) => ({
              role,
              verb,
              group,
              resource,
              namespace: role.metadata.namespace,
              name,
            })),
          ),
        ),
      ),
    ),
  );
}

/** The rules of the grant's role without it. */
export function rulesWithout({ role, verb, group, resource }: Grant): readonly Rule[] {
  return role.rules
    .map((rule) =>
      rule.apiGroups.includes(group) && rule.resources.includes(resource)
        ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) }
        : rule,
    )
    .filter(({ verbs }) => verbs.length > 0);
}
