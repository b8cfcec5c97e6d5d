import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { ClusterSight, ClusterSights } from "../../../lib/phase/cluster-follower.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { type ImportNote, type ImportRefusal, importNotes, importWords } from "../../acm/import-messages.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { switchoverError } from "../../switchover-error.ts";
import { clusterSights } from "../post-activation/cluster-sights.ts";
import { connection } from "../post-activation/connection.ts";
import type { SwitchoverContext } from "../switchover-context.ts";

/** What is wrong with the number of clusters on the new hub, or with their names. */
export function countCheck(
  fleet: readonly ManagedClusterSummary[],
  context: SwitchoverContext,
): FairleadError | undefined {
  const { minManagedClusters, allowMissingClusters } = context.settings;
  if (fleet.length < minManagedClusters) {
    return switchoverError("SW-ACT-14", {
      what: `the new hub has ${fleet.length} managed clusters, fewer than ${minManagedClusters}`,
      why: "min-managed-clusters asks for more",
      fix: "look at the restored backup; lower min-managed-clusters if the number is right, then resume",
    });
  }
  const present = new Set(fleet.map((cluster) => cluster.name));
  const missing = (context.memory().cluster_baseline ?? []).filter(
    (cluster) => cluster.joined && !present.has(cluster.name),
  );
  if (missing.length > 0 && !allowMissingClusters) {
    const names = missing.map((cluster) => cluster.name);
    return switchoverError("SW-ACT-15", {
      what: `${names.length} clusters of the old hub did not arrive on the new hub`,
      why: `missing: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}`,
      fix: "import them by hand, or allow it with allow-missing-clusters, then resume",
    });
  }
  return undefined;
}

/** What the operator said of single clusters. */
export function notesOf(restore: AcmRestore, context: SwitchoverContext): readonly ImportNote[] {
  const baseline = context.memory().cluster_baseline ?? [];
  const hive = new Set(baseline.filter((cluster) => cluster.hive).map(({ name }) => name));
  return importNotes(restore.status?.messages ?? [], (cluster) => hive.has(cluster));
}

/** Of thousands of clusters without a token the first say what is wrong. */
export const mostRefusals = 100;

/** That the log and the state name only the first of them. Pure. */
export function tellOfMore(refusals: readonly ImportRefusal[]): readonly string[] {
  if (refusals.length <= mostRefusals) return [];
  return [
    `the new hub cannot import ${refusals.length} clusters, as their tokens or addresses are missing; the log names the first ${mostRefusals}, the report all`,
  ];
}

/** The clusters that arrived, and for which of them nobody asks. */
export function arrived(
  fleet: readonly ManagedClusterSummary[],
  refusals: readonly ImportRefusal[],
  context: SwitchoverContext,
): ClusterSights {
  const { cluster_baseline: baseline } = context.memory();
  const seen = connection(fleet, baseline);
  const sights = clusterSights({ hub: "secondary", fleet, baseline, connection: seen, awaited: false });
  const present = new Set(fleet.map(({ name }) => name));
  const refused = refusals.filter(({ cluster }) => present.has(cluster)).slice(0, mostRefusals);
  const without = refused.map(({ cluster, reason }): ClusterSight => {
    return { name: cluster, state: reason === "no-url" ? "restored" : "token-missing", note: importWords[reason] };
  });
  return { ...sights, clusters: [...sights.clusters, ...without] };
}
