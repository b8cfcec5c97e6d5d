import type { ManagedCluster } from "./hub-objects.ts";
import { type ManagedClusterSummary, summariseManagedCluster } from "./managed-cluster.ts";

// Labels that choose clusters, as `key=value` with commas between; all must fit.

const name = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
const prefix = "([a-z0-9]([a-z0-9.-]{0,100}[a-z0-9])?/)?";
const pair = `${prefix}${name}=${name}`;

/** What the parameter may be; each pair as Kubernetes allows it, without an empty value. */
export const clusterSelectorRule = {
  pattern: `^${pair}(,${pair}){0,9}$`,
  rule: "labels as key=value, at most ten with commas between",
} as const;

/** The labels by key. Pure. */
export function labelsOf(selector: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    selector.split(",").map((one): [string, string] => {
      const at = one.indexOf("=");
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}

/** A projection that also tells whether the cluster carries these labels; the usual one without any. Pure. */
export function projectSelected(selector: string | undefined): (cluster: ManagedCluster) => ManagedClusterSummary {
  if (selector === undefined) return summariseManagedCluster;
  const wanted = Object.entries(labelsOf(selector));
  return (cluster) => ({
    ...summariseManagedCluster(cluster),
    selected: wanted.every(([key, value]) => cluster.metadata.labels?.[key] === value),
  });
}
