import type { AccessRequest } from "../../lib/kube/types.ts";
import { type AcmVersion, isBelow } from "../acm/acm-version.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { type SwitchoverPermission, switchoverPermissions } from "../permissions.ts";
import { neededRole, type PreflightSettings } from "./settings.ts";

export interface AccessQuestion {
  readonly permission: SwitchoverPermission;
  readonly request: AccessRequest;
  /** The namespace of the request does not exist: nothing can be granted there. */
  readonly namespaceAbsent: boolean;
}

/** What is known of a hub when its permissions are asked for. */
export interface AccessContext {
  readonly hub: HubName;
  readonly version: AcmVersion;
  /** `undefined` = not known, counts as existing. */
  readonly exists: Readonly<Record<keyof HubNamespaces, boolean | undefined>>;
}

/**
 * One question per verb, resource and scope of the role that this mode needs, each once. Left out: the observability
 * namespace where it does not exist, and the engine's before ACM 2.14, when nothing is kept there.
 */
export function accessQuestions(
  context: AccessContext,
  settings: Pick<PreflightSettings, "mode" | "dryRun" | "namespaces">,
): readonly AccessQuestion[] {
  const writes = neededRole(settings) === "operator";
  const questions = new Map<string, AccessQuestion>();
  for (const permission of switchoverPermissions) {
    if (permission.target === context.hub && (writes || permission.readOnly) && !isLeftOut(permission, context)) {
      for (const request of requestsOf(permission, settings.namespaces)) {
        const key = JSON.stringify(request);
        if (!questions.has(key)) {
          questions.set(key, { permission, request, namespaceAbsent: isAbsent(permission, context) });
        }
      }
    }
  }
  return [...questions.values()];
}

function isLeftOut(permission: SwitchoverPermission, { version, exists }: AccessContext): boolean {
  if (permission.scope === "cluster" || exists[permission.scope.namespace] !== false) {
    return false;
  }
  const { namespace } = permission.scope;
  return namespace === "observability" || (namespace === "engine" && isBelow(version, "2.14"));
}

function isAbsent({ scope }: SwitchoverPermission, { exists }: AccessContext): boolean {
  return scope !== "cluster" && exists[scope.namespace] === false;
}

/** The access reviews that one row stands for. */
export function requestsOf(permission: SwitchoverPermission, namespaces: HubNamespaces): readonly AccessRequest[] {
  const { group, resource, scope, verbs } = permission;
  const names: readonly (string | undefined)[] = permission.resourceNames ?? [undefined];
  return verbs.flatMap((verb) =>
    names.map((name) => ({
      verb,
      group,
      resource,
      ...(scope === "cluster" ? {} : { namespace: namespaces[scope.namespace] }),
      ...(name === undefined ? {} : { name }),
    })),
  );
}
