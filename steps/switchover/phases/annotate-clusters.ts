import type { ClusterState } from "../../lib/phase/cluster-follower.ts";
import type { Action } from "../../lib/phase/types.ts";
import { annotation } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { managedClusters } from "../acm/resources.ts";
import type { OperationMemory } from "../state/operation-memory.ts";

/** Annotation writes run ten at a time: enough for thousands of clusters, kind to a busy hub. */
export const annotationConcurrency = 10;

export interface ClusterAnnotation {
  readonly hub: HubName;
  /** `disable auto-import`, as failures begin. */
  readonly title: string;
  readonly key: string;
  /** `null` removes it. */
  readonly value: "" | null;
  /** What it brings a cluster to, where it does. */
  readonly reached?: ClusterState;
}

/** Sets or removes one annotation on ManagedClusters of a hub. */
export function annotateClusters(
  { hub, title, key, value, reached }: ClusterAnnotation,
  names: readonly string[],
): Action<OperationMemory> {
  return {
    kind: "bulk",
    title,
    concurrency: annotationConcurrency,
    ...(reached === undefined ? {} : { clusters: { hub, state: reached } }),
    changes: names.map((name) => ({
      target: hub,
      resource: managedClusters,
      ref: { name },
      summary:
        value === null ? `remove ${key} from ManagedCluster ${name}` : `annotate ManagedCluster ${name} with ${key}`,
      verb: "merge-patch",
      patch: { metadata: { annotations: { [key]: value } } },
    })),
  };
}

/**
 * Asks a hub to import clusters. A value that is not empty triggers nothing: it must go before the empty one can count
 * as new.
 */
export function requestImport(
  hub: HubName,
  clusters: readonly { readonly name: string; readonly immediateImport?: string }[],
): readonly Action<OperationMemory>[] {
  const used = clusters.filter((cluster) => (cluster.immediateImport ?? "") !== "").map(({ name }) => name);
  const open = clusters.filter((cluster) => cluster.immediateImport !== "").map(({ name }) => name);
  return [
    ...(used.length === 0
      ? []
      : [
          annotateClusters(
            { hub, key: annotation.immediateImport, title: "clear used import requests", value: null },
            used,
          ),
        ]),
    ...(open.length === 0
      ? []
      : [
          annotateClusters(
            { hub, key: annotation.immediateImport, title: "request import", value: "", reached: "import-asked" },
            open,
          ),
        ]),
  ];
}
