import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import { type Wait, waitOn } from "../../../lib/phase/types.ts";
import type { ImportToken } from "../../acm/import-token.ts";
import { type BaselineCluster, type ManagedClusterSummary, splitFleet } from "../../acm/managed-cluster.ts";
import { nameList } from "../../preflight/name-list.ts";
import { switchoverError } from "../../switchover-error.ts";
import { clustersOf, fleetOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { clusterSights } from "./cluster-sights.ts";
import { connection } from "./connection.ts";
import { importTokensOf, tokenNote } from "./token-note.ts";

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

interface Seen {
  readonly fleet: readonly ManagedClusterSummary[];
  /** Of the new hub, while clusters are waited for; `undefined` where they may not be read. */
  readonly tokens: readonly ImportToken[] | undefined;
}

type Baseline = readonly BaselineCluster[] | undefined;

/** Ends with all clusters, or after the whole time where few enough are missing. */
function untilConnected(context: SwitchoverContext, baseline: Baseline, tokens: Seen["tokens"]): Wait {
  const { clusterInitialWait, clusterWait, clusterPoll } = context.tuning;
  const gaveTime = context.memory().clusters_given_time === true;
  const limitMs = ms(gaveTime ? clusterWait : clusterInitialWait + clusterWait);
  const { maxUnavailable } = context.settings;
  // The last look: a wait that runs out of time tells only its note.
  let late: readonly string[] = [];
  const fail = (note: string): FairleadError =>
    notConnected([note, tokenNote(late, tokens, baseline, context.clock.now())].join("; "), context);
  return waitOn({
    title: "waiting until the clusters are connected to the new hub",
    sources: { clusters: clustersOf.live(context, "secondary") },
    decide: ({ clusters }, { elapsedMs }) => {
      const fleet = splitFleet(clusters).clusters;
      const now = connection(fleet, baseline);
      const seen = clusterSights({ hub: "secondary", fleet, baseline, connection: now, awaited: true });
      const count = `${now.connected} of ${now.required} clusters connected`;
      if (now.pending.length === 0) return { state: "done", note: count, clusters: seen };
      late = now.pendingNames;
      const note = `${count}; waiting for ${nameList(now.pending)}`;
      if (elapsedMs < limitMs) {
        return { state: "pending", note, count: { done: now.connected, total: now.required }, clusters: seen };
      }
      return now.pending.length <= tolerated(maxUnavailable, now.required)
        ? { state: "done", note: count, clusters: seen }
        : { state: "failed", error: fail(note), clusters: seen };
    },
    // With a tolerance the look that decides is the first one after the limit.
    timeoutMs: maxUnavailable === undefined ? limitMs : limitMs + 2 * ms(clusterPoll),
    pollMs: ms(clusterPoll),
    onTimeout: fail,
  });
}

/** Whom the wait is for. */
function baselineFor(fleet: readonly ManagedClusterSummary[], { memory, settings }: SwitchoverContext): Baseline {
  const { cluster_baseline: known } = memory();
  const present = new Set(fleet.map(({ name }) => name));
  return settings.allowMissingClusters ? known?.filter(({ name }) => present.has(name)) : known;
}

/** Waits until every cluster that was available before is available and joined on the new hub. */
export const verifyClustersConnected = switchoverStep<Seen>({
  name: "verify_clusters_connected",
  title: "Wait until the clusters are connected to the new hub",
  onResume: "observe",
  async read(context) {
    const fleet = await fleetOf(context, "secondary");
    const { pending } = connection(fleet, baselineFor(fleet, context));
    return { fleet, tokens: pending.length === 0 ? [] : await importTokensOf(context) };
  },
  plan({ fleet, tokens }, context) {
    const baseline = baselineFor(fleet, context);
    const seen = connection(fleet, baseline);
    if (seen.pending.length === 0) {
      const note = `${seen.connected} of ${seen.required} clusters connected`;
      const clusters = clusterSights({ hub: "secondary", fleet, baseline, connection: seen, awaited: false });
      return seen.offline.length === 0
        ? { state: "done", note, clusters }
        : { state: "done", note, clusters, warnings: [`offline before and after: ${nameList(seen.offline)}`] };
    }
    const isFew = seen.pending.length <= tolerated(context.settings.maxUnavailable, seen.required);
    if (isFew && context.memory().clusters_tolerated === true) {
      const note = `${seen.connected} of ${seen.required} clusters connected`;
      return {
        state: "done",
        note,
        warnings: [`not connected, which max-unavailable permits: ${nameList(seen.pending)}`],
      };
    }
    return {
      state: "act",
      note: `wait for ${seen.pending.length} clusters`,
      actions: [
        { kind: "wait", wait: untilConnected(context, baseline, tokens) },
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
