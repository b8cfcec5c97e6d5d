import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";

/** A folder of the cluster that one claim may have. */
export interface Volume {
  readonly name: string;
  readonly folder: string;
}

export const storageClass = "local";

// A cluster lives for a day of tests or a demo; a released volume is not used again.
const count = 64;

/**
 * Makes the folders of the volumes. They exist before any claim because the host-path provisioner of
 * kube-controller-manager (Kubernetes 1.35) makes its folders for root alone, and a hostPath volume knows no fsGroup.
 */
export async function createVolumes(clusterFolder: string): Promise<readonly Volume[]> {
  const volumes = Array.from({ length: count }, (_, index) => {
    const name = `volume-${String(index + 1).padStart(2, "0")}`;
    return { name, folder: join(clusterFolder, "volumes", name) };
  });
  for (const { folder } of volumes) {
    await mkdir(folder, { recursive: true });
    // mkdir subtracts the umask.
    await chmod(folder, 0o777);
  }
  return volumes;
}

export function persistentVolume({ name, folder }: Volume): unknown {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage: "100Gi" },
      accessModes: ["ReadWriteOnce", "ReadWriteMany"],
      storageClassName: storageClass,
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path: folder, type: "Directory" },
    },
  };
}
