import { defineStep } from "../lib/step/define-step.ts";
import {
  decommissionExitCodes,
  decommissionParams,
  decommissionResults,
  decommissionWorkspaces,
} from "./decommission/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Remove ACM from a hub whose clusters have left it. */
export const decommission = defineStep({
  area: "switchover",
  name: "decommission",
  summary: "Remove ACM from a hub whose clusters have left it",
  description: `Removes observability, Restores and BackupSchedules, the records of the managed clusters and at last ACM itself from the
hub of primary-kubeconfig. Refuses a hub with a cluster that is still Available, since that would be detached, and one
with a Hive cluster that would be destroyed. With secondary-kubeconfig it also proves that the other hub has the clusters
and backs them up. Backups in object storage stay. Started again it goes on where it ended.`,
  params: decommissionParams,
  results: decommissionResults,
  workspaces: decommissionWorkspaces,
  exitCodes: decommissionExitCodes,
  permissions: permissionsOf("decommission"),
  // The waits are 37 minutes at most, as long as nobody makes them longer.
  deadlineSeconds: 3_600,
  deadlineExitCode: 5,
  example: { "confirm-decommission": "3f0c7d52-9a41-4c1e-8f6e-2b7d90c5a1e4" },
  tekton: {
    displayName: "Switchover decommission",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "decommission"],
  },
  run: async (context) => {
    const { runDecommission } = await import("./decommission/run-decommission.ts");
    await runDecommission(context);
  },
});
