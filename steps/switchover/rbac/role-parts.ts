import { inspectionPermissions } from "../inspection-permissions.ts";
import { type SwitchoverPermission, switchoverPermissions } from "../permissions.ts";

export const accountNamespace = "acm-switchover";
export const roleNames = ["operator", "validator"] as const;
/** Name of the extension of the operator's role that removes a hub. */
export const decommissionName = `${accountNamespace}-decommission`;
export type RoleName = (typeof roleNames)[number];

/**
 * What is applied together. A Role needs its namespace to exist, and a hub may be without observability; not every
 * owner lets an account list Secrets, or change what Argo CD or Flux keeps.
 */
export const roleParts = ["base", "observability", "import-tokens", "argocd", "flux", "klusterlets"] as const;
export type RolePart = (typeof roleParts)[number];

export function partOf({ scope, optional, when }: SwitchoverPermission): RolePart {
  if (when?.startsWith("argocd") === true) return "argocd";
  if (when === "flux-manage") return "flux";
  if (optional === "tokens") return "import-tokens";
  if (optional === "klusterlets") return "klusterlets";
  return scope !== "cluster" && scope.namespace === "observability" ? "observability" : "base";
}

/** A hub plays both parts over its life: a role holds what is needed on either. */
export function permissionsOfRole(role: RoleName): readonly SwitchoverPermission[] {
  const all = [...switchoverPermissions, ...inspectionPermissions];
  return role === "operator" ? all : all.filter(({ readOnly }) => readOnly);
}

export function accountName(role: RoleName): string {
  return `${accountNamespace}-${role}`;
}

/** Name of the roles and bindings of a part. */
export function roleObjectName(role: RoleName, part: RolePart): string {
  const apart = part !== "base" && part !== "observability";
  return apart ? `${accountName(role)}-${part}` : accountName(role);
}
