import type { Action } from "../../../lib/phase/types.ts";
import { importsOnlyOnce } from "../../acm/acm-version.ts";
import { annotation, importStrategy } from "../../acm/constants.ts";
import type { ImportStrategy } from "../../acm/import-strategy.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { mayHaveRestored } from "../../state/activation-traces.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { annotateClusters, requestImport } from "../annotate-clusters.ts";
import { importStrategyOf, strategyWarnings } from "../auto-import-strategy.ts";
import { fleetOf } from "../hub-reads.ts";
import { type BothHubsContext, oldHubStep } from "../switchover-context.ts";
import { isNewHubAway } from "./rollback-scope.ts";

interface Seen {
  readonly strategy: ImportStrategy;
  readonly fleet: readonly ManagedClusterSummary[];
  /** Clusters that the new hub has a connection to; absent where it does not answer. */
  readonly away: ReadonlySet<string> | undefined;
}

/** The old hub shows a cluster as available for five more minutes after it has left (its lease). */
function isAway(cluster: ManagedClusterSummary, { away }: Seen, context: BothHubsContext): boolean {
  if (!cluster.available) return true;
  // A request for one that has not left changes nothing.
  return away === undefined ? mayHaveRestored(context.memory()) : away.has(cluster.name);
}

async function connectedToNewHub(context: BothHubsContext): Promise<ReadonlySet<string> | undefined> {
  if (isNewHubAway(context.memory())) return undefined;
  const fleet = await fleetOf(context, "secondary");
  return new Set(fleet.filter(({ available }) => available).map(({ name }) => name));
}

/** Lets the old hub import its clusters again, and asks for those that are not there. */
export const rbEnableAutoImport = oldHubStep<Seen>({
  name: "rb_enable_auto_import",
  title: "Let the old hub import its clusters again",
  // The import controller rewrites the request once it has acted.
  onResume: "trust-record",
  async read(context) {
    const [strategy, fleet, away] = await Promise.all([
      importStrategyOf(context, "primary"),
      fleetOf(context, "primary"),
      connectedToNewHub(context),
    ]);
    return { strategy, fleet, away };
  },
  plan(seen, context) {
    // Kept before the first of them is annotated: what is not there was annotated by someone else, or never.
    const ours = new Set(context.memory().annotated_clusters ?? []);
    const blocked = seen.fleet
      .filter(({ name, disableAutoImport }) => disableAutoImport !== undefined && ours.has(name))
      .map(({ name }) => name);
    const asks = importsOnlyOnce(context.hubs.primary.version) && seen.strategy.value !== importStrategy.sync;
    const wanted = asks
      ? seen.fleet.filter((cluster) => isAway(cluster, seen, context) && cluster.immediateImport !== "")
      : [];
    if (blocked.length === 0 && wanted.length === 0) {
      return { state: "done", note: "no cluster is kept from being imported" };
    }
    const change = {
      hub: "primary",
      title: "enable auto-import",
      key: annotation.disableAutoImport,
      value: null,
    } as const;
    const unblock: readonly Action<OperationMemory>[] = blocked.length === 0 ? [] : [annotateClusters(change, blocked)];
    const doubts = asks
      ? strategyWarnings(seen.strategy, "primary").map((message) => ({ kind: "warn", message }) as const)
      : [];
    return {
      state: "act",
      note: `let ${blocked.length} clusters be imported, ask for ${wanted.length}`,
      // A request that is made while imports are off is lost.
      actions: [...doubts, ...unblock, ...requestImport("primary", wanted)],
      afterwards: "done",
    };
  },
});
