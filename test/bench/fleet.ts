import pLimit from "p-limit";
import { systemClock, systemRandom } from "../../steps/lib/clock/system-clock.ts";
import { connect } from "../../steps/lib/kube/connect.ts";
import type { KubeClient, KubeObject, Resource } from "../../steps/lib/kube/types.ts";
import type { TestApiServer } from "../support/api-servers.ts";
import { quietLog } from "./quiet-log.ts";

export const managedClusters: Resource<KubeObject> = {
  group: "cluster.open-cluster-management.io",
  version: "v1",
  plural: "managedclusters",
  kind: "ManagedCluster",
  scope: "cluster",
};

const { signal } = new AbortController();
const concurrency = 32;

export function openClient(server: TestApiServer): Promise<KubeClient> {
  return connect(
    { name: server.name, kubeconfig: server.kubeconfig(), fieldManager: "fairlead-bench" },
    { log: quietLog, clock: systemClock, random: systemRandom },
  );
}

export function clusterName(index: number): string {
  return `fleet-${String(index).padStart(5, "0")}`;
}

function condition(type: string): unknown {
  const message = "Managed cluster is available and has been so since it joined this hub";
  return { type, status: "True", reason: type, message, lastTransitionTime: "2026-01-01T00:00:00Z" };
}

const status = {
  conditions: [
    "HubAcceptedManagedCluster",
    "ManagedClusterImportSucceeded",
    "ManagedClusterJoined",
    "ManagedClusterConditionAvailable",
  ].map(condition),
};

async function add(client: KubeClient, name: string): Promise<void> {
  await client.create(
    managedClusters,
    {
      apiVersion: "cluster.open-cluster-management.io/v1",
      kind: "ManagedCluster",
      metadata: { name, labels: { cloud: "Amazon", vendor: "OpenShift", clusterID: name, name } },
      spec: { hubAcceptsClient: true, managedClusterClientConfigs: [{ url: `https://api.${name}.example.com:6443` }] },
    } as KubeObject, // spec is the kind's own
    { signal },
  );
  await client.mergePatch(managedClusters, { name }, { status }, { signal, subresource: "status" });
}

/** Gives a hub the clusters `from` … `to - 1`, as large as real ones are. */
export async function growFleet(server: TestApiServer, from: number, to: number): Promise<void> {
  const client = await openClient(server);
  const limit = pLimit(concurrency);
  const indexes = Array.from({ length: to - from }, (_, offset) => from + offset);
  try {
    await Promise.all(indexes.map((index) => limit(() => add(client, clusterName(index)))));
  } finally {
    await client.close();
  }
}
