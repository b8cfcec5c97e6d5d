import type { Hub } from "../../cluster/hub/hub.ts";
import { backupNamespace } from "../../cluster/hub/hub-parts.ts";

/** Applies managed clusters `cluster-1` … `cluster-N`. */
export async function createFleet(hub: Hub, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `cluster-${index + 1}`);
  const items = names.map((name) => ({
    apiVersion: "cluster.open-cluster-management.io/v1",
    kind: "ManagedCluster",
    metadata: { name, labels: { vendor: "OpenShift" } },
    spec: { hubAcceptsClient: true, leaseDurationSeconds: 60 },
  }));
  await hub.kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return names.sort();
}

/** Names of the hub's managed clusters, in order. */
export async function fleetOf(hub: Hub): Promise<readonly string[]> {
  const names = await hub.kubectl(["get", "managedclusters", "-o", "jsonpath={.items[*].metadata.name}"]);
  return names
    .split(" ")
    .filter((name) => name !== "")
    .sort();
}

/** Creates a Velero Backup of all managed clusters, as the backup operator would; resolves when it is Completed. */
export async function backUpFleet(hub: Hub, name: string): Promise<void> {
  await velero(hub, "Backup", name, {
    includedResources: ["managedclusters.cluster.open-cluster-management.io"],
    includeClusterResources: true,
  });
  await waitFor(hub, `backups.velero.io/${name}`, "jsonpath={.status.phase}=Completed");
}

/** Waits until Velero has copied the Backup from the storage, then restores it; resolves when that is Completed. */
export async function restoreFleet(hub: Hub, backup: string): Promise<void> {
  await waitFor(hub, `backups.velero.io/${backup}`, "create");
  await velero(hub, "Restore", `restore-${backup}`, { backupName: backup });
  await waitFor(hub, `restores.velero.io/restore-${backup}`, "jsonpath={.status.phase}=Completed");
}

/** Waits for a condition of an object in the backup namespace, in kubectl's words. */
export async function waitFor(hub: Hub, object: string, condition: string): Promise<void> {
  await hub.kubectl(["wait", "-n", backupNamespace, object, `--for=${condition}`, "--timeout=150s"]);
}

async function velero(hub: Hub, kind: string, name: string, spec: unknown): Promise<void> {
  const object = { apiVersion: "velero.io/v1", kind, metadata: { name, namespace: backupNamespace }, spec };
  await hub.kubectl(["create", "-f", "-"], JSON.stringify(object));
}
