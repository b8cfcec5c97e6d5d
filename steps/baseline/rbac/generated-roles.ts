import { places } from "../checkout/places.ts";
import { clusterRoleText, type RoleInput } from "./cluster-role.ts";
import { watchRoleText } from "./watch-role.ts";

/** A manifest that is made of the assets. */
export interface GeneratedRole {
  /** Below the checkout. */
  readonly path: string;
  readonly text: string;
  /** Not everybody has a watcher: a checkout without the file lacks nothing. */
  readonly isOptional: boolean;
}

/** Pure. */
export function generatedRoles(input: RoleInput): readonly GeneratedRole[] {
  return [
    { path: places.clusterRole, text: clusterRoleText(input), isOptional: false },
    { path: places.watchRole, text: watchRoleText(input), isOptional: true },
  ];
}
