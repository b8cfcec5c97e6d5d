import { ownNames } from "../object/own-names.ts";
import type { RoleInput } from "./cluster-role.ts";
import { dynamicResources } from "./dynamic-rules.ts";
import { type PolicyRule, sortedSet } from "./policy-rule.ts";
import { roleText } from "./role-text.ts";

const definitions = { group: "apiextensions.k8s.io", plural: "customresourcedefinitions" } as const;

/** A watch is authorized for a kind as a whole, whatever labels it asks for. */
function watchRules({ active, plurals }: RoleInput): readonly PolicyRule[] {
  const byGroup = Map.groupBy([definitions, ...dynamicResources(active, plurals)], ({ group }) => group);
  return sortedSet([...byGroup.keys()]).map((group) => ({
    apiGroups: [group],
    resources: sortedSet((byGroup.get(group) ?? []).map(({ plural }) => plural)),
    verbs: ["watch"],
  }));
}

/** The manifest of what a watcher needs beside the role of a run, which may list the same. Pure. */
export function watchRoleText(input: RoleInput): string {
  const title = "Watch: the objects of the assets, and the definitions of their kinds.";
  return roleText(ownNames.watchRole, [{ title, rules: watchRules(input) }]);
}
