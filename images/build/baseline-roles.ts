import { loadCheckout } from "../../steps/baseline/checkout/load-checkout.ts";
import { places } from "../../steps/baseline/checkout/places.ts";
import { ownNames } from "../../steps/baseline/object/own-names.ts";
import { reconcilePermissions } from "../../steps/baseline/permissions.ts";
import { clusterRoleText } from "../../steps/baseline/rbac/cluster-role.ts";
import { scanAssets } from "../../steps/baseline/scan/scan-assets.ts";
import { repositoryRoot } from "./repository-root.ts";
import { kustomization, roleManifest } from "./role-manifest.ts";

const area = "baseline";
const root = `rbac/${area}`;

const account = "baseline-runner";
/** Where the steps run, and where the HyperConverged is. */
const namespaces = { steps: "fairlead", platform: "openshift-cnv" } as const;
const labels = { "app.kubernetes.io/part-of": area };
const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", group: "rbac.authorization.k8s.io" } as const;
const subjects = [{ kind: "ServiceAccount", name: account, namespace: namespaces.steps }];

/** Names of what a run keeps; a creation and Events cannot be limited to one. */
const names: Readonly<Record<string, string>> = { configmaps: ownNames.state, leases: ownNames.lease };

function ruleOf(group: string, resource: string, verbs: readonly string[], name?: string): object {
  const limit = name === undefined ? {} : { resourceNames: [name] };
  return { apiGroups: [group], resources: [resource], ...limit, verbs };
}

/** What a run keeps beside the HyperConverged: its state, its lock, its Events. */
function ownRules(): readonly object[] {
  const own = reconcilePermissions.filter(({ scope }) => scope !== "cluster");
  return own.flatMap(({ group, resource, verbs }) => {
    const name = names[resource];
    if (name === undefined) return [ruleOf(group, resource, verbs)];
    const onObject = verbs.filter((verb) => verb !== "create");
    return [ruleOf(group, resource, ["create"]), ruleOf(group, resource, onObject, name)];
  });
}

function binding(kind: "ClusterRole" | "Role", name: string, metadata: object): object {
  const roleRef = { apiGroup: rbac.group, kind, name };
  return { apiVersion: rbac.apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects };
}

function manifests(): ReadonlyMap<string, object> {
  const here = { name: account, namespace: namespaces.platform, labels };
  return new Map<string, object>([
    ["cluster-role-binding.yaml", binding("ClusterRole", ownNames.clusterRole, { name: account, labels })],
    ["role-binding.yaml", binding("Role", account, here)],
    ["role.yaml", { apiVersion: rbac.apiVersion, kind: "Role", metadata: here, rules: ownRules() }],
    [
      "service-account.yaml",
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: account, namespace: namespaces.steps, labels },
      },
    ],
  ]);
}

/** The account of the baseline and its roles, a folder for `kubectl apply -k`: path → text. */
export async function baselineRoleFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([...manifests()].map(([file, object]) => [`${root}/${file}`, roleManifest(area, object)]));
  files.set(places.clusterRole, clusterRoleText(scanAssets(await loadCheckout(repositoryRoot))));
  const resources = [...files.keys()].map((path) => path.slice(root.length + 1));
  return files.set(`${root}/kustomization.yaml`, kustomization(area, resources));
}
