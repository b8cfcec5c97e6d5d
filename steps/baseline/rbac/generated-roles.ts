import { places } from "../checkout/places.ts";
import { clusterRoleText, type RoleInput } from "./cluster-role.ts";
import { watchRoleText } from "./watch-role.ts";

/** The manifests that are made of the assets, by their paths below the checkout. Pure. */
export function generatedRoles(input: RoleInput): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: places.clusterRole, text: clusterRoleText(input) },
    { path: places.watchRole, text: watchRoleText(input) },
  ];
}
