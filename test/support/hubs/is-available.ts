import type { SimObject } from "../../sim/kube/sim-client.ts";

/** Whether a hub says of a ManagedCluster that it is connected. */
export function isAvailable(cluster: SimObject): boolean {
  const conditions = cluster.status?.["conditions"];
  const wanted = (one: { readonly type?: string; readonly status?: string }): boolean =>
    one.type === "ManagedClusterConditionAvailable" && one.status === "True";
  return Array.isArray(conditions) && conditions.some(wanted);
}
