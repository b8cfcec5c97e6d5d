import type { LookupRead } from "../lookups/lookup.ts";
import { ownNames } from "../object/own-names.ts";
import { type DynamicInput, dynamicRules } from "./dynamic-rules.ts";
import { lookupRules } from "./lookup-rules.ts";
import { type RoleSection, roleText } from "./role-text.ts";
import { staticRules } from "./static-rules.ts";
import { bindRules, transitiveRules } from "./transitive-rules.ts";

export interface RoleInput extends DynamicInput {
  /** What the look-ups of the catalog read. */
  readonly lookups?: readonly LookupRead[];
}

/** The rules of the role in their sections, of the identities of all assets and tombstones. Pure. */
export function roleSections(input: RoleInput): readonly RoleSection[] {
  return [
    {
      title: "Static: what the program itself needs, whatever the assets are, and what their look-ups read.",
      rules: [...staticRules, ...lookupRules(input.lookups ?? [])],
    },
    {
      title: "Transitive: what the roles among the assets grant, and the roles of others that they bind.",
      rules: [...transitiveRules(input.active), ...bindRules(input.active)],
    },
    { title: "Dynamic: the objects of the assets, and the tombstones.", rules: dynamicRules(input) },
  ];
}

/** The manifest of the ClusterRole; the same bytes for the same identities, in whatever order they come. Pure. */
export function clusterRoleText(input: RoleInput): string {
  return roleText(ownNames.clusterRole, roleSections(input));
}
