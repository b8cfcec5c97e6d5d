import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import { type Wait, waitOn } from "../../../lib/phase/types.ts";
import { type BaselineCluster, type ManagedClusterSummary, splitFleet } from "../../acm/managed-cluster.ts";
import { switchoverError } from "../../switchover-error.ts";
import { clustersOf, fleetOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { clusterSights } from "./cluster-sights.ts";
import { connection } from "./connection.ts";

const namesShown = 10;

/** How many clusters `3` or `5%` lets stay unavailable; a percentage is rounded down. Pure. */
export function tolerated(maxUnavailable: string | undefined, required: number): number {
  const number = Number.parseInt(maxUnavailable ?? "0", 10);
  return maxUnavailable?.endsWith("%") === true ? Math.floor((required * number) / 100) : number;
}

function notConnected(why: string, { oldHub }: SwitchoverContext): FairleadError {
  const further =
    oldHub === "down"
      ? "or give max-unavailable for those that were offline before the old hub was lost"
      : "the old hub still has its backups paused";
  return switchoverError(
    "SW-POST-01",
    {
      what: "not all clusters connected to the new hub",
      why,
      fix: `look at the klusterlet and the import token of each cluster named above, then resume; ${further}`,
    },
    "timeout",
  );
}

/** Ends with all clusters, or after the whole time where few enough are missing. */
function untilConnected(context: SwitchoverContext, baseline: readonly BaselineCluster[] | undefined): Wait {
  const { clusterInitialWait, clusterWait, clusterPoll } = context.tuning;
  const gaveTime = context.memory().clusters_given_time === true;
  const limitMs = ms(gaveTime ? clusterWait : clusterInitialWait + clusterWait);
  const { maxUnavailable } = context.settings;
  return waitOn({
    title: "waiting until the clusters are connected to the new hub",
    sources: { clusters: clustersOf.live(context, "secondary") },
    decide: ({ clusters }, { elapsedMs }) => {
      const fleet = splitFleet(clusters).clusters;
      const now = connection(fleet, baseline);
      const seen = clusterSights({ hub: "secondary", fleet, baseline, connection: now, awaited: true });
      const count = `${now.connected} of ${now.required} clusters connected`;
      if (now.pending.length === 0) return { state: "done", note: count, clusters: seen };
      const note = `${count}; waiting for ${listNames(now.pending)}`;
      if (elapsedMs < limitMs) {
        return { state: "pending", note, count: { done: now.connected, total: now.required }, clusters: seen };
      }
      return now.pending.length <= tolerated(maxUnavailable, now.required)
        ? { state: "done", note: count, clusters: seen }
        : { state: "failed", error: notConnected(note, context), clusters: seen };
    },
    // With a tolerance the look that decides is the first one after the limit.
    timeoutMs: maxUnavailable === undefined ? limitMs : limitMs + 2 * ms(clusterPoll),
    pollMs: ms(clusterPoll),
    onTimeout: (note) => notConnected(note, context),
  });
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
      const clusters = clusterSights({ hub: "secondary", fleet, baseline, connection: seen, awaited: false });
      return seen.offline.length === 0
        ? { state: "done", note, clusters }
        : { state: "done", note, clusters, warnings: [`offline before and after: ${listNames(seen.offline)}`] };
    }
    const isFew = seen.pending.length <= tolerated(context.settings.maxUnavailable, seen.required);
    if (isFew && context.memory().clusters_tolerated === true) {
      const note = `${seen.connected} of ${seen.required} clusters connected`;
      return {
        state: "done",
        note,
        warnings: [`not connected, which max-unavailable permits: ${listNames(seen.pending)}`],
      };
    }
    return {
      state: "act",
      note: `wait for ${seen.pending.length} clusters`,
      actions: [
        { kind: "wait", wait: untilConnected(context, baseline) },
        {
          kind: "remember",
          note: "the clusters were waited for",
          update: (memory) => ({ ...memory, clusters_tolerated: context.settings.maxUnavailable !== undefined }),
        },
      ],
      afterwards: "plan-again",
    };
  },
});
