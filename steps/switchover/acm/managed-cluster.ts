import { annotation, label, managedClusterCondition, objectName } from "./constants.ts";
import type { Condition, ManagedCluster } from "./hub-objects.ts";
import { parseTime } from "./timestamp.ts";

/** What is kept of a ManagedCluster, so that thousands stay small. */
export interface ManagedClusterSummary {
  readonly name: string;
  /** Carries the label `local-cluster: "true"`. */
  readonly labelledLocal: boolean;
  readonly joined: boolean;
  readonly available: boolean;
  /** Reason of the Available condition while it is not True, for messages. */
  readonly unavailableReason: string;
  /** The hub has begun to import it, and waits for its agent. */
  readonly importing?: true;
  /** Why the hub has not imported it yet, as far as it says so. */
  readonly importTrouble?: string;
  readonly hasUrl: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined;
  /** Value of the annotation; absent = not set. */
  readonly disableAutoImport?: string;
  /** Value of the annotation; absent = not set. */
  readonly immediateImport?: string;
  /** Carries the labels that were asked for; absent where none were. */
  readonly selected?: boolean;
}

/** Pure projection for `list` and watches. */
export function summariseManagedCluster(cluster: ManagedCluster): ManagedClusterSummary {
  const conditions = cluster.status?.conditions;
  const available = findCondition(conditions, managedClusterCondition.available);
  const disableAutoImport = cluster.metadata.annotations?.[annotation.disableAutoImport];
  const immediateImport = cluster.metadata.annotations?.[annotation.immediateImport];
  return {
    name: cluster.metadata.name,
    labelledLocal: cluster.metadata.labels?.[label.localCluster] === "true",
    joined: findCondition(conditions, managedClusterCondition.joined)?.status === "True",
    available: available?.status === "True",
    unavailableReason: available?.status === "True" ? "" : (available?.reason ?? "NoAvailableCondition"),
    ...importOf(conditions),
    hasUrl: (cluster.spec?.managedClusterClientConfigs?.[0]?.url ?? "") !== "",
    createdAt: parseTime(cluster.metadata.creationTimestamp),
    ...(disableAutoImport === undefined ? {} : { disableAutoImport }),
    ...(immediateImport === undefined ? {} : { immediateImport }),
  };
}

/** What the import controller says while an import is not done. */
function importOf(
  conditions: readonly Condition[] | undefined,
): Pick<ManagedClusterSummary, "importing" | "importTrouble"> {
  const found = findCondition(conditions, managedClusterCondition.imported);
  if (found === undefined || found.status === "True") return {};
  if (found.reason === "ManagedClusterImporting") return { importing: true };
  return { importTrouble: [found.reason, found.message].filter(Boolean).join(": ").slice(0, 200) };
}

export interface Fleet<C extends ManagedClusterSummary = ManagedClusterSummary> {
  /** The hub itself; absent with `disableHubSelfManagement`. */
  readonly local: C | undefined;
  /** All others, by name. The only clusters that are counted, patched or deleted. */
  readonly clusters: readonly C[];
}

/**
 * Tells the hub's own ManagedCluster from the fleet. The label decides, since the name can be changed from ACM 2.13
 * on; the name `local-cluster` counts only where no cluster carries the label.
 */
export function splitFleet<C extends ManagedClusterSummary>(all: readonly C[]): Fleet<C> {
  const isLocal = all.some((cluster) => cluster.labelledLocal)
    ? (cluster: C) => cluster.labelledLocal
    : (cluster: C) => cluster.name === objectName.localCluster;
  return {
    local: all.find(isLocal),
    clusters: all.filter((cluster) => !isLocal(cluster)).sort((a, b) => compareNames(a.name, b.name)),
  };
}

/**
 * Names of the clusters that Hive provisioned: a ClusterDeployment lies in the namespace of the same name. They
 * reconnect by themselves; every other joined cluster was imported and needs a token. Takes the ClusterDeployments'
 * metadata.
 */
export function hiveClusterNames(deployments: readonly { readonly namespace?: string }[]): ReadonlySet<string> {
  return new Set(deployments.map(({ namespace }) => namespace ?? ""));
}

/** A cluster as it was on the primary before anything changed: the measure of success after the switchover. */
export interface BaselineCluster {
  readonly name: string;
  readonly available: boolean;
  readonly joined: boolean;
  readonly hive: boolean;
  readonly hasUrl: boolean;
}

export function clusterBaseline(fleet: Fleet, hive: ReadonlySet<string>): readonly BaselineCluster[] {
  return fleet.clusters.map(({ name, available, joined, hasUrl }) => ({
    name,
    available,
    joined,
    hive: hive.has(name),
    hasUrl,
  }));
}

/** The condition of that type, if the object has one. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Byte order, the same on every machine. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
