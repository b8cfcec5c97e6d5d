import { join } from "node:path";
import { accountKubeconfig } from "./account-kubeconfig.ts";
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
export async function createWatcherAccount(bench: BaselineBench): Promise<string> {
  const { server } = bench;
  await server.kubectl(["delete", "clusterrolebinding", "system:basic-user"]);
  await server.kubectl(["create", "namespace", namespace]);
  await server.kubectl(["-n", namespace, "create", "-f", manifests.account]);
  const files = [manifests.runRole, manifests.watchRole, ...manifests.bindings];
  await server.kubectl(["create", ...files.flatMap((file) => ["-f", file])]);
  return await accountKubeconfig(bench, { namespace, account });
}
