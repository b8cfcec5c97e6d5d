import type { KubeClient, KubeObject, Resource } from "../../lib/kube/types.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { namespaces as namespaceResource } from "../acm/resources.ts";
import type { Manifest } from "../rbac/role-objects.ts";
import type { SetupPlan } from "./plan-setup.ts";

const rbac = (plural: string, kind: string, scope: Resource["scope"]): Resource => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural,
  kind,
  scope,
});

const resources: ReadonlyMap<string, Resource> = new Map(
  [
    namespaceResource,
    {
      group: "",
      version: "v1",
      plural: "serviceaccounts",
      kind: "ServiceAccount",
      scope: "namespaced",
    } satisfies Resource,
    rbac("clusterroles", "ClusterRole", "cluster"),
    rbac("roles", "Role", "namespaced"),
    rbac("clusterrolebindings", "ClusterRoleBinding", "cluster"),
    rbac("rolebindings", "RoleBinding", "namespaced"),
  ].map((resource: Resource) => [resource.kind, resource]),
);

/** Which of the hub's namespaces do not exist. */
export async function absentNamespaces(
  client: KubeClient,
  namespaces: HubNamespaces,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names: readonly string[] = Object.values(namespaces);
  const found = await Promise.all(
    names.map(async (name) => (await client.find(namespaceResource, { name }, { signal })) !== undefined),
  );
  return new Set(names.filter((_, index) => found[index] === false));
}

/**
 * Server-side apply, one after the other: what exists and is equal stays as it is, so that a second run changes nothing.
 *
 * @throws KubeConflictError where another field manager has set a field to something else
 */
export async function applySetup(client: KubeClient, { objects }: SetupPlan, signal: AbortSignal): Promise<void> {
  for (const object of objects) {
    await client.apply<KubeObject>(resourceOf(object), object, { signal });
  }
}

function resourceOf({ kind }: Manifest): Resource {
  const resource = resources.get(kind);
  if (resource === undefined) {
    throw new Error(`a setup applies no ${kind}`);
  }
  return resource;
}
