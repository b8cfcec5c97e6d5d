import { accountKubeconfig } from "./account-kubeconfig.ts";
import type { BaselineBench } from "./baseline-bench.ts";
import { type RoleRule, shippedRole } from "./role-rules.ts";

const namespace = "openshift-cnv";
const account = "virt-platform-autopilot";

/** How the API server calls the account. */
export const accountUser = `system:serviceaccount:${namespace}:${account}`;

/**
 * An account that has the generated role as it is committed and nothing else, not even what Kubernetes grants to all.
 *
 * @param rules those of the role that it has; all of them unless told otherwise
 * @returns path of its kubeconfig
 */
export async function createAccount(
  bench: BaselineBench,
  rules: (all: readonly RoleRule[]) => readonly RoleRule[] = (all) => all,
): Promise<string> {
  const { server } = bench;
  const committed = await shippedRole();
  await server.kubectl(["delete", "clusterrolebinding", "system:basic-user"]);
  await server.kubectl(["create", "-f", "-"], JSON.stringify({ ...committed, rules: rules(committed.rules) }));
  await server.kubectl(["-n", namespace, "create", "serviceaccount", account]);
  const role = ["--clusterrole", "virt-platform-autopilot-role", "--serviceaccount", `${namespace}:${account}`];
  await server.kubectl(["create", "clusterrolebinding", account, ...role]);
  return await accountKubeconfig(bench, { namespace, account });
}
