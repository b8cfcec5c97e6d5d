import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";
import type { BaselineBench } from "./baseline-bench.ts";

const root = join(import.meta.dirname, "../../../..");
const namespace = "fairlead";
const account = "baseline-watcher";
const watcher = join(root, "triggers/baseline/watcher");

/** The manifests of the watcher that are about what it may do, and the role of the runs that it binds. */
const manifests = {
  runRole: join(root, "rbac/baseline/cluster-role.yaml"),
  watchRole: join(watcher, "cluster-role.yaml"),
  bindings: [join(watcher, "cluster-role-binding.yaml"), join(watcher, "cluster-role-binding-runs.yaml")],
  account: join(watcher, "service-account.yaml"),
} as const;

export const watcherUser = `system:serviceaccount:${namespace}:${account}`;

/** The watcher's account as it is installed, without what Kubernetes grants to all. @returns path of its kubeconfig */
export async function createWatcherAccount({ server, folder }: BaselineBench): Promise<string> {
  await server.kubectl(["delete", "clusterrolebinding", "system:basic-user"]);
  await server.kubectl(["create", "namespace", namespace]);
  await server.kubectl(["-n", namespace, "create", "-f", manifests.account]);
  const files = [manifests.runRole, manifests.watchRole, ...manifests.bindings];
  await server.kubectl(["create", ...files.flatMap((file) => ["-f", file])]);
  const token = await server.kubectl(["-n", namespace, "create", "token", account]);
  const text = kubeconfig({
    name: server.name,
    url: server.url,
    authority: await readFile(server.caFile, "utf8"),
    user: account,
    credential: { token: token.trim() },
  });
  const path = join(folder, "watcher.kubeconfig");
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
