import { defaultNamespaces } from "../../steps/switchover/acm/namespaces.ts";
import { type RoleName, type RolePart, roleNames, roleParts } from "../../steps/switchover/rbac/role-parts.ts";
import {
  accountEntries,
  decommissionEntries,
  type RoleEntry,
  roleEntries,
} from "../../steps/switchover/rbac/role-set.ts";
import { kustomization, roleManifest } from "./role-manifest.ts";
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

/** The manifests of both roles and of their extension, each part a folder for `kubectl apply -k`, and the README: path → text. */
export function switchoverRoleFiles(): Files {
  const files = new Map([[`${root}/README.md`, switchoverRolesReadme()]]);
  for (const role of roleNames) {
    for (const part of roleParts) {
      const folder = part === "base" ? `${root}/${role}` : `${root}/${role}/${part}`;
      for (const [file, text] of folderOf(entriesOf(role, part))) files.set(`${folder}/${file}`, text);
    }
  }
  for (const [file, text] of folderOf(decommissionEntries(defaultNamespaces)))
    files.set(`${root}/decommission/${file}`, text);
  return files;
}
