import type { KubeObject } from "../../lib/kube/types.ts";
import type { ClusterVersion } from "./hub-objects.ts";

/** The part that a hub plays in a switchover: the primary has the fleet at the start, the secondary at the end. */
export type HubName = "primary" | "secondary";

/** What tells one hub from another, whatever its kubeconfig calls it. */
export interface HubIdentity {
  /** ClusterVersion `spec.clusterID`, else the uid of namespace kube-system. Also the `backup-cluster` id of its backups. */
  readonly id: string;
  readonly clusterId: string;
  readonly kubeSystemUid: string;
}

/** `undefined` when neither is readable. */
export function hubIdentity(
  clusterVersion: ClusterVersion | undefined,
  kubeSystem: KubeObject | undefined,
): HubIdentity | undefined {
  const clusterId = clusterVersion?.spec?.clusterID ?? "";
  const kubeSystemUid = kubeSystem?.metadata.uid ?? "";
  const id = clusterId === "" ? kubeSystemUid : clusterId;
  return id === "" ? undefined : { id, clusterId, kubeSystemUid };
}

/** One cluster, if either of the two ids is known on both sides and equal. */
export function isSameHub(a: HubIdentity, b: HubIdentity): boolean {
  return (
    (a.clusterId !== "" && a.clusterId === b.clusterId) ||
    (a.kubeSystemUid !== "" && a.kubeSystemUid === b.kubeSystemUid)
  );
}
