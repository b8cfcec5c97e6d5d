import { managedClusterCondition } from "../acm/constants.ts";
import type { ManagedCluster, Pod } from "../acm/hub-objects.ts";
import { findCondition, splitFleet, summariseManagedCluster } from "../acm/managed-cluster.ts";
import type { FleetCluster, PodHealth } from "./observation.ts";

// What is kept of each object while its page arrives. All pure.

export type ClusterImport = ReturnType<typeof clusterImport>;

export function clusterImport(cluster: ManagedCluster) {
  const imported = findCondition(cluster.status?.conditions, managedClusterCondition.imported);
  return {
    summary: summariseManagedCluster(cluster),
    importPending: imported?.status === "True" ? "" : (imported?.reason ?? "no condition"),
  };
}

export function fleetClusters(all: readonly ClusterImport[]): readonly FleetCluster[] {
  const pending = new Map(all.map(({ summary, importPending }) => [summary.name, importPending]));
  return splitFleet(all.map(({ summary }) => summary)).clusters.map(
    ({ name, available, joined, disableAutoImport }) => ({
      name,
      available,
      joined,
      importPending: pending.get(name) ?? "",
      importStopped: disableAutoImport !== undefined,
    }),
  );
}

/** Reasons for waiting that pass by themselves. */
const starting: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"]);

export function podHealth({ metadata, status }: Pod): PodHealth {
  const troubles = (status?.containerStatuses ?? []).flatMap(({ state }) => {
    const waiting = state?.waiting?.reason ?? "";
    if (!starting.has(waiting)) {
      return [waiting];
    }
    const ended = state?.terminated;
    return ended !== undefined && ended.exitCode !== 0 ? [ended.reason ?? "Error"] : [];
  });
  return {
    name: metadata.name,
    phase: status?.phase ?? "",
    ready: findCondition(status?.conditions, "Ready")?.status === "True",
    trouble: status?.phase === "Failed" ? (troubles[0] ?? "Failed") : (troubles[0] ?? ""),
  };
}
