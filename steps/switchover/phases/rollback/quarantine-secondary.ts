import { annotation } from "../../acm/constants.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { annotateClusters } from "../annotate-clusters.ts";
import { fleetOf } from "../hub-reads.ts";
import { oldHubStep } from "../switchover-context.ts";
import { untouched } from "./rollback-scope.ts";

/** Keeps the new hub from importing the clusters again. They are never deleted there: a connected one would be detached. */
export const rbQuarantineSecondary = oldHubStep<readonly ManagedClusterSummary[]>({
  name: "rb_quarantine_secondary",
  title: "Stop the new hub from importing the clusters",
  onResume: "observe",
  skip: untouched,
  read: (context) => fleetOf(context, "secondary"),
  plan(fleet) {
    const open = fleet.filter((cluster) => cluster.disableAutoImport === undefined).map(({ name }) => name);
    if (open.length === 0) {
      return { state: "done", note: `all ${fleet.length} clusters carry the annotation` };
    }
    const change = {
      hub: "secondary",
      title: "disable auto-import",
      key: annotation.disableAutoImport,
      value: "",
    } as const;
    return {
      state: "act",
      note: `annotate ${open.length} of ${fleet.length} clusters`,
      actions: [annotateClusters(change, open)],
      afterwards: "done",
    };
  },
});
