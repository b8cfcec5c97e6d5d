import type { KubeClient, KubeObject } from "../../lib/kube/types.ts";
import {
  type BaselineCluster,
  clusterBaseline,
  hiveClusterNames,
  splitFleet,
  summariseManagedCluster,
} from "../acm/managed-cluster.ts";
import { clusterDeployments, managedClusters } from "../acm/resources.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";

function namespaceOf(object: KubeObject): { readonly namespace?: string } {
  return object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace };
}

/** The fleet as it is on the old hub before anything changes: the measure of success. */
export async function captureBaseline(client: KubeClient, signal: AbortSignal): Promise<readonly BaselineCluster[]> {
  const clusters = await client.list(managedClusters, {}, { signal, project: summariseManagedCluster });
  const deployments = await noneIfAbsent(
    async () => (await client.list(clusterDeployments, {}, { signal, project: namespaceOf })).items,
  );
  return clusterBaseline(splitFleet(clusters.items), hiveClusterNames(deployments));
}
