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

const namespaces: Resource = { group: "", version: "v1", plural: "namespaces", kind: "Namespace", scope: "cluster" };
const secrets: Resource = { group: "", version: "v1", plural: "secrets", kind: "Secret", scope: "namespaced" };
const tokenBytes = 1000;
const { signal } = new AbortController();
const concurrency = 32;

type Add = (client: KubeClient, name: string) => Promise<void>;

export function openClient(server: TestApiServer): Promise<KubeClient> {
  return connect(
    { name: server.name, kubeconfig: server.kubeconfig(), fieldManager: "fairlead-bench" },
    { log: quietLog, clock: systemClock, random: systemRandom },
  );
}

function condition(type: string): unknown {
  const message = "Managed cluster is available and has been so since it joined this hub";
  return { type, status: "True", reason: type, message, lastTransitionTime: "2026-01-01T00:00:00Z" };
}

const claims = Array.from({ length: 12 }, (_, index) => ({
  name: `claim-${index}.example.com`,
  value: `what the cluster says of itself, part ${index}`,
}));

const status = {
  conditions: [
    "HubAcceptedManagedCluster",
    "ManagedClusterImportSucceeded",
    "ManagedClusterJoined",
    "ManagedClusterConditionAvailable",
  ].map(condition),
  clusterClaims: claims,
  version: { kubernetes: "v1.31.9" },
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

async function addToken(client: KubeClient, name: string): Promise<void> {
  await client.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } }, { signal });
  await client.create(
    secrets,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "auto-import-account",
        namespace: name,
        labels: { "authentication.open-cluster-management.io/is-managed-serviceaccount": "true" },
        annotations: { expirationTimestamp: "2099-01-01T00:00:00Z" },
      },
      data: { token: Buffer.from("a".repeat(tokenBytes)).toString("base64") },
    } as KubeObject, // data is the kind's own
    { signal },
  );
}

async function forEach(server: TestApiServer, names: readonly string[], add: Add): Promise<void> {
  const client = await openClient(server);
  const limit = pLimit(concurrency);
  try {
    await Promise.all(names.map((name) => limit(() => add(client, name))));
  } finally {
    await client.close();
  }
}

export function clusterNames(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, offset) => `fleet-${String(from + offset).padStart(5, "0")}`);
}

/** Gives a hub clusters as large as real ones are. */
export function growFleet(server: TestApiServer, names: readonly string[]): Promise<void> {
  return forEach(server, names, add);
}

/** Gives a hub the import token of each cluster, as an old hub has them. */
export function growTokens(server: TestApiServer, names: readonly string[]): Promise<void> {
  return forEach(server, names, addToken);
}
