import { annotation } from "../../acm/constants.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { annotateClusters } from "../annotate-clusters.ts";
import { fleetOf } from "../hub-reads.ts";
import { oldHubStep } from "../switchover-context.ts";

/** Keeps the old hub from importing the clusters back once the new hub has them. */
export const disableAutoImport = oldHubStep<readonly ManagedClusterSummary[]>({
  name: "disable_auto_import",
  title: "Stop the old hub from importing its clusters again",
  onResume: "observe",
  read: (context) => fleetOf(context, "primary"),
  plan(fleet) {
    if (fleet.length === 0) {
      return { state: "done", note: "no managed clusters", warnings: ["the old hub has no managed cluster"] };
    }
    const open = fleet.filter((cluster) => cluster.disableAutoImport === undefined);
    if (open.length === 0) {
      return { state: "done", note: `all ${fleet.length} clusters carry the annotation` };
    }
    return {
      state: "act",
      note: `annotate ${open.length} of ${fleet.length} clusters`,
      actions: [
        {
          kind: "remember",
          note: "keep which clusters this operation annotated",
          update: (memory) => ({
            ...memory,
            annotated_clusters: [
              ...new Set([...(memory.annotated_clusters ?? []), ...open.map((cluster) => cluster.name)]),
            ],
          }),
        },
        annotateClusters(
          { hub: "primary", title: "disable auto-import", key: annotation.disableAutoImport, value: "" },
          open.map(({ name }) => name),
        ),
      ],
      afterwards: "done",
    };
  },
});
