import type { TestApiServer } from "../../../support/api-servers.ts";
import type { HealthyPair } from "../../../support/hubs.ts";

export const observabilityNamespace = "open-cluster-management-observability";
export const compactor = "observability-thanos-compact";
export const observatoriumApi = "observability-observatorium-api";

export interface Replicas {
  readonly compactor: number;
  readonly api: number;
}

function workload(kind: "Deployment" | "StatefulSet", name: string, label: string, replicas: number): object {
  const labels = { "app.kubernetes.io/name": label, "observability.open-cluster-management.io/name": "observability" };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: observabilityNamespace },
    spec: {
      replicas,
      ...(kind === "StatefulSet" ? { serviceName: name } : {}),
      selector: { matchLabels: { "app.kubernetes.io/name": label } },
      template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "none" }] } },
    },
  };
}

const instance = {
  apiVersion: "observability.open-cluster-management.io/v1beta2",
  kind: "MultiClusterObservability",
  metadata: { name: "observability" },
  spec: {},
};

/** Observability as it is installed, its object included. */
export async function installObservability(server: TestApiServer, { compactor: one, api }: Replicas): Promise<void> {
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: observabilityNamespace } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "thanos-object-storage", namespace: observabilityNamespace },
    },
    instance,
    workload("StatefulSet", compactor, "thanos-compact", one),
    workload("Deployment", observatoriumApi, "observatorium-api", api),
  ];
  await server.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
}

/** The old hub's works, the new hub's sleeps. */
export async function installOnBoth({ primary, secondary }: HealthyPair): Promise<void> {
  await installObservability(primary, { compactor: 1, api: 2 });
  await installObservability(secondary, { compactor: 0, api: 0 });
}

export async function installRoute(server: TestApiServer, host: string): Promise<void> {
  const route = {
    apiVersion: "route.openshift.io/v1",
    kind: "Route",
    metadata: { name: "grafana", namespace: observabilityNamespace },
    spec: { host, to: { kind: "Service", name: "grafana" } },
  };
  await server.kubectl(["apply", "-f", "-"], JSON.stringify(route));
}
