import type { AccessRequest } from "../../../lib/kube/types.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../finding.ts";
import { count } from "../name-list.ts";
import type { AccessFinding, HubObservation } from "../observation.ts";
import { neededRole, type PreflightSettings } from "../settings.ts";

/** Every permission that this mode's role needs is granted, on each hub. */
export const rbac: Check = {
  id: "rbac",
  number: 1,
  name: "Permissions are granted",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy:
    "apply the role of rbac/switchover, or bind the account to it; the finding names each missing verb and resource",
  onResume: "always",
  evaluate: ({ primary, secondary }, settings) =>
    [primary, secondary].flatMap((hub) =>
      settings.skipRbacValidation ? [skipped(hub.hub, "skipped by skip-rbac-validation")] : evaluateHub(hub, settings),
    ),
};

function evaluateHub(hub: HubObservation, settings: PreflightSettings): readonly Finding[] {
  const role = neededRole(settings);
  return judge(hub.access, {
    hub: hub.hub,
    unreadable: "critical",
    decide: (access) => {
      const denied = access.filter(({ outcome }) => outcome !== "allowed");
      const missing = denied.filter(({ permission }) => permission.optional === undefined);
      const unwatched = denied.filter(({ permission }) => permission.optional === "watch");
      const verdict =
        missing.length === 0
          ? passed(hub.hub, `all ${access.length - denied.length} permissions of the ${role} role are granted`)
          : critical(
              hub.hub,
              `${count(missing.length, "permission")} of the ${role} role missing: ${missing.map(describe).join("; ")}`,
              `apply rbac/switchover/${role} on this hub, and its folders observability, argocd and flux where those are installed; use that account in the kubeconfig`,
              { missing: missing.map(({ request }) => request) },
            );
      return unwatched.length === 0
        ? [verdict]
        : [
            verdict,
            warning(
              hub.hub,
              `waits will poll instead of watch: ${unwatched.map(describe).join("; ")}`,
              "grant the verb watch as in rbac/switchover",
            ),
          ];
    },
  });
}

function describe({ request, outcome }: AccessFinding): string {
  return outcome === "namespace-absent"
    ? `${describeAccess(request)} (the namespace does not exist)`
    : describeAccess(request);
}

/** `patch managedclusters.cluster.open-cluster-management.io`, with the namespace and name where there is one. */
export function describeAccess({ verb, resource, group, namespace, name }: AccessRequest): string {
  const [plural, subresource] = resource.split("/");
  const api = `${plural}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  const object = name === undefined ? "" : ` "${name}"`;
  return `${verb} ${api}${object}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
}
