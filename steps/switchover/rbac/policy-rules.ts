import { permissionVerbs } from "../../lib/step/permission-verbs.ts";
import type { Permission } from "../../lib/step/types.ts";

/** One rule of a Role or ClusterRole, in the order in which it is written. */
export interface PolicyRule {
  readonly apiGroups: readonly [group: string];
  readonly resources: readonly [resource: string];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

type RulePart = Pick<Permission, "group" | "resource" | "resourceNames" | "verbs">;

function key({ group, resource, resourceNames }: RulePart): string {
  return JSON.stringify([group, resource, (resourceNames ?? []).join()]);
}

function rule({ group, resource, resourceNames }: RulePart, verbs: ReadonlySet<string>): PolicyRule {
  const unknown = [...verbs].filter((verb) => !permissionVerbs.includes(verb));
  if (unknown.length > 0) throw new Error(`no role grants the verb ${unknown.join(", ")} (${resource})`);
  return {
    apiGroups: [group],
    resources: [resource],
    ...(resourceNames === undefined ? {} : { resourceNames }),
    verbs: permissionVerbs.filter((verb) => verbs.has(verb)),
  };
}

/** One rule per resource with all its verbs, sorted: a diff of a role shows which resource gained or lost what. */
export function policyRules(permissions: readonly RulePart[]): readonly PolicyRule[] {
  const groups = new Map<string, readonly RulePart[]>();
  for (const part of permissions) groups.set(key(part), [...(groups.get(key(part)) ?? []), part]);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, parts]) =>
      parts.slice(0, 1).map((first) => rule(first, new Set(parts.flatMap(({ verbs }) => verbs)))),
    );
}
