import { defaultNamespaces } from "../../steps/switchover/acm/namespaces.ts";
import { type RoleName, type RolePart, roleNames, roleParts } from "../../steps/switchover/rbac/role-parts.ts";
import {
  accountEntries,
  decommissionEntries,
  type RoleEntry,
  roleEntries,
  spokeEntries,
} from "../../steps/switchover/rbac/role-set.ts";
import { kustomization, roleManifest } from "./role-manifest.ts";
import { spokePolicyEntries } from "./switchover-policy.ts";
import { switchoverRolesReadme } from "./switchover-roles-readme.ts";

const area = "switchover";
const root = `rbac/${area}`;

type Files = ReadonlyMap<string, string>;

function folderOf(entries: readonly RoleEntry[]): Files {
  const files = new Map(entries.map(({ file, object }) => [file, roleManifest(area, object)]));
  return files.set("kustomization.yaml", kustomization(area, [...files.keys()]));
}

function entriesOf(role: RoleName, part: RolePart): readonly RoleEntry[] {
  return [...roleEntries(role, part, defaultNamespaces), ...(part === "base" ? accountEntries(role) : [])];
}

function writeTo(files: Map<string, string>, folder: string, entries: readonly RoleEntry[]): void {
  // What only the operator does leaves the validator nothing to install.
  if (entries.length === 0) return;
  for (const [file, text] of folderOf(entries)) files.set(`${folder}/${file}`, text);
}

/**
 * The manifests of both roles and of their extensions, each part a folder for `kubectl apply -k`, and the README:
 * path → text.
 */
export function switchoverRoleFiles(): Files {
  const files = new Map([[`${root}/README.md`, switchoverRolesReadme()]]);
  for (const role of roleNames) {
    for (const part of roleParts) {
      writeTo(files, part === "base" ? `${root}/${role}` : `${root}/${role}/${part}`, entriesOf(role, part));
    }
    writeTo(files, `${root}/managed-cluster/${role}`, spokeEntries(role));
    writeTo(files, `${root}/managed-cluster-policy/${role}`, spokePolicyEntries(role));
  }
  writeTo(files, `${root}/decommission`, decommissionEntries(defaultNamespaces));
  return files;
}
