import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";
import type { TestApiServer } from "../../../support/api-servers.ts";

export type Role = "operator" | "validator";
export type Part = "base" | "observability" | "import-tokens" | "argocd" | "flux" | "klusterlets";

export const rolesFolder = join(import.meta.dirname, "../../../../rbac/switchover");
const namespace = "acm-switchover";

/** How the API server calls the account of a role. */
export function accountUser(role: Role): string {
  return `system:serviceaccount:${namespace}:acm-switchover-${role}`;
}

function partFolder(role: Role, part: Part): string {
  return part === "base" ? join(rolesFolder, role) : join(rolesFolder, role, part);
}

/**
 * Takes from every account what Kubernetes grants to all of them: what it may do then comes from its own role. What
 * stays is `/version` and discovery, which are no resources.
 */
export async function grantNothingToAll(server: TestApiServer): Promise<void> {
  await server.kubectl(["delete", "clusterrolebinding", "system:basic-user"]);
}

/** Installs a role as its README says. */
export async function installRole(server: TestApiServer, role: Role, parts: readonly Part[]): Promise<void> {
  for (const part of parts) await server.kubectl(["apply", "-k", partFolder(role, part)]);
}

/** Lets the operator's account remove the hub. */
export async function installDecommission(server: TestApiServer): Promise<void> {
  await server.kubectl(["apply", "-k", join(rolesFolder, "decommission")]);
}

/** A folder with a `kubeconfig` of the role's account, as a mounted Secret has it. */
export async function accountFolder(server: TestApiServer, role: Role, folder: string): Promise<string> {
  const account = `acm-switchover-${role}`;
  const token = await server.kubectl(["-n", namespace, "create", "token", account, "--duration=48h"]);
  const path = join(folder, "accounts", role, server.name);
  await mkdir(path, { recursive: true });
  const text = kubeconfig({
    name: server.name,
    url: server.url,
    authority: await readFile(server.caFile, "utf8"),
    user: `${server.name}-${account}`,
    credential: { token: token.trim() },
  });
  await writeFile(join(path, "kubeconfig"), text, { mode: 0o600 });
  return path;
}
