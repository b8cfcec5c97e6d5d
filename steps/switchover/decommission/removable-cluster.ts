import { type Source, source } from "../../lib/kube/live-collection.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { ManagedCluster } from "../acm/hub-objects.ts";
import { type ManagedClusterSummary, splitFleet, summariseManagedCluster } from "../acm/managed-cluster.ts";
import { managedClusters } from "../acm/resources.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";

/** A managed cluster whose record is to go. */
export interface RemovableCluster extends ManagedClusterSummary {
  readonly uid: string;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
}

function summarise(cluster: ManagedCluster): RemovableCluster {
  const { uid = "", deletionTimestamp, finalizers = [] } = cluster.metadata;
  return { ...summariseManagedCluster(cluster), uid, deleting: deletionTimestamp !== undefined, finalizers };
}

/** All clusters of a hub without its own, by name. */
export async function removableClusters(client: KubeClient, signal: AbortSignal): Promise<readonly RemovableCluster[]> {
  const all = await noneIfAbsent(
    async () => (await client.list(managedClusters, {}, { signal, project: summarise })).items,
  );
  return splitFleet(all).clusters;
}

export function liveClusters(client: KubeClient): Source<RemovableCluster> {
  return source(client, managedClusters, {}, summarise);
}
