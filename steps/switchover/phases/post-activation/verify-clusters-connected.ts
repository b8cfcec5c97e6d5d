import { waitOn } from "../../../lib/phase/types.ts";
import { type BaselineCluster, type ManagedClusterSummary, splitFleet } from "../../acm/managed-cluster.ts";
import { switchoverError } from "../../switchover-error.ts";
import { clustersOf, fleetOf } from "../hub-reads.ts";
import { ms, switchoverStep } from "../switchover-context.ts";

const namesShown = 10;

export interface Connection {
  readonly required: number;
  readonly connected: number;
  /** `c1 (Unknown)`, in order of name. */
  readonly pending: readonly string[];
  /** Clusters that were offline before, and still are. */
  readonly offline: readonly string[];
}

/**
 * Who must be connected: the clusters that were available on the old hub; all, where nothing is known of the time
 * before. Pure.
 */
export function connection(
  fleet: readonly ManagedClusterSummary[],
  baseline: readonly BaselineCluster[] | undefined,
): Connection {
  const before = new Map((baseline ?? []).map((cluster) => [cluster.name, cluster.available]));
  const isRequired = (name: string): boolean => (baseline === undefined ? true : before.get(name) === true);
  const required = fleet.filter((cluster) => isRequired(cluster.name));
  const missing = (baseline ?? []).filter(
    (cluster) => cluster.available && !fleet.some((one) => one.name === cluster.name),
  );
  const pending = required.filter((cluster) => !(cluster.available && cluster.joined));
  return {
    required: required.length + missing.length,
    connected: required.length - pending.length,
    pending: [
      ...pending.map((cluster) => `${cluster.name} (${cluster.unavailableReason || "not available"})`),
      ...missing.map((cluster) => `${cluster.name} (not on the new hub)`),
    ],
    offline: fleet.filter((cluster) => !isRequired(cluster.name) && !cluster.available).map((cluster) => cluster.name),
  };
}

/** The first names, and how many more. Pure. */
export function listNames(names: readonly string[]): string {
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  return `${names.slice(0, namesShown).join(", ")}${more}`;
}

/** Waits until every cluster that was available before is available and joined on the new hub. */
export const verifyClustersConnected = switchoverStep<readonly ManagedClusterSummary[]>({
  name: "verify_clusters_connected",
  title: "Wait until the clusters are connected to the new hub",
  onResume: "observe",
  read: (context) => fleetOf(context, "secondary"),
  plan(fleet, context) {
    const allowMissing = context.settings.allowMissingClusters;
    const known = context.memory().cluster_baseline;
    const present = new Set(fleet.map((cluster) => cluster.name));
    const baseline = allowMissing ? known?.filter((cluster) => present.has(cluster.name)) : known;
    const seen = connection(fleet, baseline);
    if (seen.pending.length === 0) {
      const note = `${seen.connected} of ${seen.required} clusters connected`;
      return seen.offline.length === 0
        ? { state: "done", note }
        : { state: "done", note, warnings: [`offline before and after: ${listNames(seen.offline)}`] };
    }
    const wait = waitOn({
      title: "waiting until the clusters are connected to the new hub",
      sources: { clusters: clustersOf.live(context, "secondary") },
      decide: ({ clusters }) => {
        const now = connection(splitFleet(clusters).clusters, baseline);
        const count = `${now.connected} of ${now.required} clusters connected`;
        return now.pending.length === 0
          ? { state: "done", note: count }
          : { state: "pending", note: `${count}; waiting for ${listNames(now.pending)}` };
      },
      timeoutMs: ms(context.tuning.clusterInitialWait + context.tuning.clusterWait),
      pollMs: ms(context.tuning.clusterPoll),
      onTimeout: (note) =>
        switchoverError(
          "SW-POST-01",
          {
            what: "not all clusters connected to the new hub",
            why: note,
            fix: "look at the klusterlet and the import token of each cluster named above, then resume; the old hub still has its backups paused",
          },
          "timeout",
        ),
    });
    return {
      state: "act",
      note: `wait for ${seen.pending.length} clusters`,
      actions: [{ kind: "wait", wait }],
      afterwards: "plan-again",
    };
  },
});
