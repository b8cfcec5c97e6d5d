import type { AccessRequest } from "../../lib/kube/types.ts";
import type { Permission } from "../../lib/step/types.ts";
import { type AcmVersion, isBelow } from "../acm/acm-version.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { ArgoInstall } from "../argocd/find-applications.ts";
import { decommissionUse } from "../decommission/permissions.ts";
import { type SwitchoverPermission, switchoverPermissions } from "../permissions.ts";
import { looksAtArgoCd, neededRole, type PreflightSettings } from "./settings.ts";

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
  readonly argoCd: ArgoInstall;
  /** Flux is installed; `undefined` = not known, counts as installed. */
  readonly flux: boolean | undefined;
}

/**
 * One question per verb, resource and scope of the role that this mode needs, each once. Left out: the observability
 * namespace where it does not exist, the engine's before ACM 2.14, when nothing is kept there, and Argo CD's and
 * Flux's where they are not installed or not looked at.
 */
export function accessQuestions(
  context: AccessContext,
  settings: Pick<
    PreflightSettings,
    | "mode"
    | "dryRun"
    | "namespaces"
    | "argocdManage"
    | "fluxManage"
    | "skipGitopsCheck"
    | "oldHubAction"
    | "disableObservability"
    | "finalBackup"
  >,
): readonly AccessQuestion[] {
  const writes = neededRole(settings) === "operator";
  const removal = settings.oldHubAction === "decommission" ? decommissionUse : [];
  const needed = [...switchoverPermissions, ...removal].filter(
    (permission) =>
      permission.target === context.hub && (writes || permission.readOnly) && isWanted(permission, settings),
  );
  return questionsOf(needed, context, settings.namespaces);
}

function isWanted(
  { when }: SwitchoverPermission,
  settings: Pick<
    PreflightSettings,
    "argocdManage" | "fluxManage" | "skipGitopsCheck" | "disableObservability" | "finalBackup"
  >,
): boolean {
  if (when === undefined) return true;
  if (when === "disable-observability") return settings.disableObservability;
  if (when === "final-backup") return settings.finalBackup;
  if (when === "flux-manage") return settings.fluxManage;
  return when === "argocd-manage" ? settings.argocdManage : looksAtArgoCd(settings);
}

/** The questions of these permissions, each once, where a hub is as the context says. */
export function questionsOf(
  permissions: readonly SwitchoverPermission[],
  context: Omit<AccessContext, "hub">,
  namespaces: HubNamespaces,
): readonly AccessQuestion[] {
  const questions = new Map<string, AccessQuestion>();
  for (const permission of permissions.filter((one) => !isLeftOut(one, context))) {
    for (const request of requestsOf(permission, namespaces)) {
      const key = JSON.stringify(request);
      const known = questions.get(key);
      // What one can do without and another cannot is required.
      if (known === undefined || (known.permission.optional !== undefined && permission.optional === undefined)) {
        questions.set(key, { permission, request, namespaceAbsent: isAbsent(permission, context) });
      }
    }
  }
  return [...questions.values()];
}

function isLeftOut(permission: SwitchoverPermission, context: Omit<AccessContext, "hub">): boolean {
  const { version, exists } = context;
  if (lacksProduct(permission, context)) {
    return true;
  }
  if (permission.scope === "cluster" || exists[permission.scope.namespace] !== false) {
    return false;
  }
  const { namespace } = permission.scope;
  return namespace === "observability" || (namespace === "engine" && isBelow(version, "2.14"));
}

function lacksProduct(
  { when }: SwitchoverPermission,
  { argoCd, flux }: Pick<AccessContext, "argoCd" | "flux">,
): boolean {
  if (when === "flux-manage") return flux === false;
  if (when === undefined || !when.startsWith("argocd")) return false;
  return argoCd === "none" || (when === "argocd-operator" && argoCd === "vanilla");
}

function isAbsent({ scope }: SwitchoverPermission, { exists }: Pick<AccessContext, "exists">): boolean {
  return scope !== "cluster" && exists[scope.namespace] === false;
}

/** The access reviews that one row stands for. */
export function requestsOf(permission: SwitchoverPermission, namespaces: HubNamespaces): readonly AccessRequest[] {
  const { scope } = permission;
  return requestsIn(permission, scope === "cluster" ? undefined : namespaces[scope.namespace]);
}

/** As `requestsOf`, in a namespace or the cluster. */
export function requestsIn(permission: Permission, namespace: string | undefined): readonly AccessRequest[] {
  const { group, resource, verbs } = permission;
  const names: readonly (string | undefined)[] = permission.resourceNames ?? [undefined];
  return verbs.flatMap((verb) =>
    names.map((name) => ({
      verb,
      group,
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    })),
  );
}
