import type { BaselineCluster, ManagedClusterSummary } from "../../acm/managed-cluster.ts";

/** How far a fleet has come to its new hub. */
export interface Connection {
  readonly required: number;
  readonly connected: number;
  /** `c1 (Unknown)`, in order of name. */
  readonly pending: readonly string[];
  /** The names of the same. */
  readonly pendingNames: readonly string[];
  /** Clusters that were offline before, and still are. */
  readonly offline: readonly string[];
}

/** Which clusters must be connected: {@link connection}. Pure. */
export function requirementOf(baseline: readonly BaselineCluster[] | undefined): (name: string) => boolean {
  if (baseline === undefined) return () => true;
  const available = new Set(baseline.filter((cluster) => cluster.available).map(({ name }) => name));
  return (name) => available.has(name);
}

/**
 * Who must be connected: the clusters that were available on the old hub; all, where nothing is known of the time
 * before. Pure.
 */
export function connection(
  fleet: readonly ManagedClusterSummary[],
  baseline: readonly BaselineCluster[] | undefined,
): Connection {
  const isRequired = requirementOf(baseline);
  const required = fleet.filter((cluster) => isRequired(cluster.name));
  const present = new Set(fleet.map(({ name }) => name));
  const missing = (baseline ?? []).filter((cluster) => cluster.available && !present.has(cluster.name));
  const pending = required.filter((cluster) => !(cluster.available && cluster.joined));
  return {
    required: required.length + missing.length,
    connected: required.length - pending.length,
    pending: [
      ...pending.map((cluster) => `${cluster.name} (${cluster.unavailableReason || "not available"})`),
      ...missing.map((cluster) => `${cluster.name} (not on the new hub)`),
    ],
    pendingNames: [...pending, ...missing].map(({ name }) => name),
    offline: fleet.filter((cluster) => !isRequired(cluster.name) && !cluster.available).map((cluster) => cluster.name),
  };
}
