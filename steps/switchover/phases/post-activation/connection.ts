import type { BaselineCluster, ManagedClusterSummary } from "../../acm/managed-cluster.ts";

/** How far a fleet has come to its new hub. */
export interface Connection {
  readonly required: number;
  readonly connected: number;
  /** `c1 (Unknown)`, in order of name. */
  readonly pending: readonly string[];
  /** Clusters that were offline before, and still are. */
  readonly offline: readonly string[];
}

/**
 * Who must be connected: the clusters that were available on the old hub; all, where nothing is known of the time
 * before. Pure.
 */
export function connection(
  fleet: readonly ManagedClusterSummary[],
  baseline: readonly BaselineCluster[] | undefined,
): Connection {
  const before = new Map((baseline ?? []).map((cluster) => [cluster.name, cluster.available]));
  const isRequired = (name: string): boolean => (baseline === undefined ? true : before.get(name) === true);
  const required = fleet.filter((cluster) => isRequired(cluster.name));
  const missing = (baseline ?? []).filter(
    (cluster) => cluster.available && !fleet.some((one) => one.name === cluster.name),
  );
  const pending = required.filter((cluster) => !(cluster.available && cluster.joined));
  return {
    required: required.length + missing.length,
    connected: required.length - pending.length,
    pending: [
      ...pending.map((cluster) => `${cluster.name} (${cluster.unavailableReason || "not available"})`),
      ...missing.map((cluster) => `${cluster.name} (not on the new hub)`),
    ],
    offline: fleet.filter((cluster) => !isRequired(cluster.name) && !cluster.available).map((cluster) => cluster.name),
  };
}
