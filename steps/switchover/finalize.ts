import { defineStep } from "../lib/step/define-step.ts";
import { taskExitCodes, taskParams, taskResults, taskWorkspaces } from "./operation/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Turn backups on at the new hub and make the old hub the secondary. */
export const finalize = defineStep({
  area: "switchover",
  name: "finalize",
  summary: "Turn backups on at the new hub and make the old hub the secondary",
  description: `Removes the finished Restores, creates the BackupSchedule on the new hub and proves that it works, checks the health of the hub, and lets the old hub follow the new one.
Safe to run again: finished steps are not repeated.`,
  params: taskParams,
  results: taskResults,
  workspaces: taskWorkspaces,
  exitCodes: taskExitCodes,
  permissions: permissionsOf("finalize"),
  deadlineSeconds: 8100,
  deadlineExitCode: 5,
  example: { method: "passive", "operation-id": "spring-drill" },
  tekton: {
    displayName: "Switchover finalize",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover"],
  },
  run: async (context) => {
    const { runTask } = await import("./operation/run-task.ts");
    await runTask("finalize", context);
  },
});
