import { defaultNamespaces, type HubNamespaces } from "../../steps/switchover/acm/namespaces.ts";
import {
  kustomization,
  namespaceManifest,
  type RoleSpec,
  roleBindingManifest,
  roleManifest,
  serviceAccountManifest,
} from "./role-manifest.ts";
import { policyRules } from "./role-rules.ts";
import {
  accountName,
  accountNamespace,
  partOf,
  permissionsOfRole,
  type RoleName,
  type RolePart,
  roleNames,
  roleParts,
} from "./switchover-role-parts.ts";
import { switchoverRolesReadme } from "./switchover-roles-readme.ts";

const area = "switchover";
const root = `rbac/${area}`;

type Files = ReadonlyMap<string, string>;

/** Role and binding of one scope. `suffix` is the end of the file names. */
function pair(spec: RoleSpec, suffix: string): Files {
  const kind = spec.namespace === undefined ? "cluster-role" : "role";
  return new Map([
    [`${kind}${suffix}.yaml`, roleManifest(spec)],
    [`${kind}-binding${suffix}.yaml`, roleBindingManifest(spec)],
  ]);
}

function scopedRoles(role: RoleName, part: RolePart): Files {
  const permissions = permissionsOfRole(role).filter((permission) => partOf(permission) === part);
  const account = accountName(role);
  const name = part === "import-tokens" ? `${account}-${part}` : account;
  const common = { area, name, account, accountNamespace };
  const atCluster = permissions.filter(({ scope }) => scope === "cluster");
  const files = new Map(atCluster.length === 0 ? [] : pair({ ...common, rules: policyRules(atCluster) }, ""));
  for (const key of Object.keys(defaultNamespaces).toSorted()) {
    const namespace = key as keyof HubNamespaces; // keys of that very type
    const inside = permissions.filter(({ scope }) => scope !== "cluster" && scope.namespace === namespace);
    if (inside.length === 0) continue;
    const spec = { ...common, namespace: defaultNamespaces[namespace], rules: policyRules(inside) };
    for (const [file, text] of pair(spec, `-${namespace}`)) files.set(file, text);
  }
  return files;
}

function folderOf(role: RoleName, part: RolePart): Files {
  const account = accountName(role);
  const files = new Map(scopedRoles(role, part));
  if (part === "base") {
    files.set("namespace.yaml", namespaceManifest(area, accountNamespace));
    files.set("service-account.yaml", serviceAccountManifest(area, account, accountNamespace));
  }
  files.set("kustomization.yaml", kustomization(area, [...files.keys()]));
  return files;
}

/** The manifests of both roles, each part a folder for `kubectl apply -k`, and the README: path → text. */
export function switchoverRoleFiles(): Files {
  const files = new Map([[`${root}/README.md`, switchoverRolesReadme()]]);
  for (const role of roleNames) {
    for (const part of roleParts) {
      const folder = part === "base" ? `${root}/${role}` : `${root}/${role}/${part}`;
      for (const [file, text] of folderOf(role, part)) files.set(`${folder}/${file}`, text);
    }
  }
  return files;
}
