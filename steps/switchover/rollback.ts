import { defineStep } from "../lib/step/define-step.ts";
import { taskExitCodes } from "./operation/declaration.ts";
import { rollbackParams, rollbackResults, rollbackWorkspaces } from "./operation/rollback-declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Take a switchover back before the new hub is the authority. */
export const rollback = defineStep({
  area: "switchover",
  name: "rollback",
  summary: "Take a switchover back and return the fleet to the old hub",
  description: `Stops the new hub from importing the clusters, takes its activation back, lets the old hub import them again, turns the
backups of the old hub on and proves them, waits for the clusters, and makes the new hub the standby again. After the
preparation alone only the old hub is given back what was taken from it. The auto-import strategy of the new hub and Argo
CD Applications that the switchover paused are given back, too. No ManagedCluster is deleted on either hub. A new hub that
is lost is left out (secondary-unreachable) until it answers.
Refused once the new hub makes backups (force permits it) and once the old hub was handled; a switchover with the hubs
swapped is the way back then. Safe to run again: finished steps are not repeated.`,
  params: rollbackParams,
  results: rollbackResults,
  workspaces: rollbackWorkspaces,
  exitCodes: [
    { code: 0, meaning: "rolled back, planned (dry run) or already rolled back" },
    { code: 1, meaning: "not all could be taken back; start the rollback again" },
    ...taskExitCodes.slice(2),
  ],
  permissions: permissionsOf("rollback"),
  deadlineSeconds: 3600,
  deadlineExitCode: 5,
  example: { "operation-id": "spring-drill" },
  tekton: {
    displayName: "Switchover rollback",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "rollback"],
  },
  run: async (context) => {
    const { runRollback } = await import("./operation/run-rollback.ts");
    await runRollback(context);
  },
});
