import { annotation } from "../../acm/constants.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { annotateClusters } from "../annotate-clusters.ts";
import { fleetOf } from "../hub-reads.ts";
import { switchoverStep } from "../switchover-context.ts";

/** A backup taken after the old hub was prepared carries the annotation that stops imports: the new hub must not have it. */
export const verifyAutoImportCleanup = switchoverStep<readonly ManagedClusterSummary[]>({
  name: "verify_auto_import_cleanup",
  title: "Let the new hub import the clusters",
  onResume: "observe",
  read: (context) => fleetOf(context, "secondary"),
  plan(fleet) {
    const blocked = fleet.filter((cluster) => cluster.disableAutoImport !== undefined);
    if (blocked.length === 0) {
      return { state: "done", note: "no cluster is kept from being imported" };
    }
    return {
      state: "act",
      note: `remove the annotation from ${blocked.length} clusters`,
      actions: [
        annotateClusters(
          { hub: "secondary", title: "enable auto-import", key: annotation.disableAutoImport, value: null },
          blocked.map(({ name }) => name),
        ),
      ],
      afterwards: "plan-again",
    };
  },
});
