import { importsOnlyOnce } from "../../acm/acm-version.ts";
import { importStrategy } from "../../acm/constants.ts";
import type { ImportStrategy } from "../../acm/import-strategy.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { requestImport } from "../annotate-clusters.ts";
import { importStrategyOf, strategyWarnings } from "../auto-import-strategy.ts";
import { fleetOf } from "../hub-reads.ts";
import { switchoverStep } from "../switchover-context.ts";

interface Seen {
  readonly strategy: ImportStrategy;
  readonly fleet: readonly ManagedClusterSummary[];
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
    const [strategy, fleet] = await Promise.all([
      importStrategyOf(context, "secondary"),
      fleetOf(context, "secondary"),
    ]);
    return { strategy, fleet };
  },
  plan({ strategy, fleet }) {
    if (strategy.value === importStrategy.sync) {
      return { state: "done", note: "the new hub imports by itself (ImportAndSync)" };
    }
    const warnings = strategyWarnings(strategy, "secondary");
    const open = fleet.filter((cluster) => !cluster.available && cluster.immediateImport !== "");
    if (open.length === 0) {
      return { state: "done", note: "every cluster is available or asked for", warnings };
    }
    return {
      state: "act",
      note: `ask for the import of ${open.length} clusters`,
      actions: [
        ...warnings.map((message) => ({ kind: "warn", message }) as const),
        ...requestImport("secondary", open),
        {
          kind: "remember",
          note: "keep which clusters were asked for",
          update: (memory) => ({ ...memory, import_requested_clusters: open.map(({ name }) => name) }),
        },
      ],
      afterwards: "done",
    };
  },
});
