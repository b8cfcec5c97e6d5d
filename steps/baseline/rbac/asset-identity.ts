import { isJsonObject, member } from "../../lib/json/json.ts";
import { type Identity, identityOf, type ManagedObject } from "../object/managed-object.ts";
import { type GivenRule, readRules } from "./policy-rule.ts";

/** The role that a binding binds. */
export interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

/** What of an asset's object decides which permissions it takes to apply it. */
export interface AssetIdentity extends Identity {
  /** Of a role. */
  readonly rules?: readonly GivenRule[];
  /** Of a binding. */
  readonly roleRef?: RoleRef;
}

const rbacGroup = "rbac.authorization.k8s.io";

/** The API group of an apiVersion; empty for the core one. Pure. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** Whether it is a kind of that name in the group of roles and bindings. Pure. */
export function isRbac({ apiVersion, kind }: Identity, ...kinds: readonly string[]): boolean {
  return groupOf(apiVersion) === rbacGroup && kinds.includes(kind);
}

function roleRefOf(object: ManagedObject): RoleRef | undefined {
  const found = member(object, "roleRef");
  if (!isJsonObject(found)) return undefined;
  const [kind, name] = [member(found, "kind"), member(found, "name")];
  return typeof kind === "string" && typeof name === "string" ? { kind, name } : undefined;
}

/** Pure. */
export function assetIdentity(object: ManagedObject): AssetIdentity {
  const identity = identityOf(object);
  if (isRbac(identity, "ClusterRole", "Role")) return { ...identity, rules: readRules(member(object, "rules")) };
  const roleRef = isRbac(identity, "ClusterRoleBinding", "RoleBinding") ? roleRefOf(object) : undefined;
  return roleRef === undefined ? identity : { ...identity, roleRef };
}
