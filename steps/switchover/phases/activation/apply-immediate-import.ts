import type { Action } from "../../../lib/phase/types.ts";
import { importsOnlyOnce } from "../../acm/acm-version.ts";
import { annotation, importStrategy } from "../../acm/constants.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { managedClusters } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { readImportConfig } from "../auto-import-strategy.ts";
import { fleetOf } from "../hub-reads.ts";
import { annotationConcurrency } from "../primary-preparation/disable-auto-import.ts";
import { switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly strategy: string;
  readonly fleet: readonly ManagedClusterSummary[];
}

function annotate(
  title: string,
  clusters: readonly ManagedClusterSummary[],
  value: "" | null,
): Action<OperationMemory> {
  return {
    kind: "bulk",
    title,
    concurrency: annotationConcurrency,
    changes: clusters.map(({ name }) => ({
      target: "secondary",
      resource: managedClusters,
      ref: { name },
      summary: `${value === null ? "clear" : "set"} ${annotation.immediateImport} on ManagedCluster ${name}`,
      verb: "merge-patch",
      patch: { metadata: { annotations: { [annotation.immediateImport]: value } } },
    })),
  };
}

/** From ACM 2.14 a hub imports a cluster only when asked to; the operator asks only for clusters with a token. */
export const applyImmediateImportAnnotations = switchoverStep<Seen>({
  name: "apply_immediate_import_annotations",
  title: "Ask the new hub to import the clusters now",
  // The import controller rewrites the annotation once it has acted.
  onResume: "trust-record",
  skip: ({ hubs }) =>
    importsOnlyOnce(hubs.secondary.version) ? undefined : "the new hub imports by itself before ACM 2.14",
  async read(context) {
    const [config, fleet] = await Promise.all([readImportConfig(context), fleetOf(context, "secondary")]);
    return { strategy: config?.data?.[importStrategy.key] ?? "", fleet };
  },
  plan({ strategy, fleet }) {
    if (strategy === importStrategy.sync) {
      return { state: "done", note: "the new hub imports by itself (ImportAndSync)" };
    }
    const open = fleet.filter((cluster) => !cluster.available && cluster.immediateImport !== "");
    if (open.length === 0) {
      return { state: "done", note: "every cluster is available or asked for" };
    }
    const used = open.filter((cluster) => cluster.immediateImport !== undefined);
    return {
      state: "act",
      note: `ask for the import of ${open.length} clusters`,
      actions: [
        // A value that is not empty triggers nothing: it must go before the empty one can count as new.
        ...(used.length === 0 ? [] : [annotate("clear used import requests", used, null)]),
        annotate("request import", open, ""),
      ],
      afterwards: "done",
    };
  },
});
