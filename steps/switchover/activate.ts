import { defineStep } from "../lib/step/define-step.ts";
import { spokeWorkspace, taskExitCodes, taskParams, taskResults, taskWorkspaces } from "./operation/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Activate the managed clusters on the new hub. */
export const activate = defineStep({
  area: "switchover",
  name: "activate",
  summary: "Activate the managed clusters on the new hub",
  description: `Proves that the new hub holds the newest backups, activates the managed clusters through the passive Restore and waits until the Restore and all its Velero Restores have ended.
Safe to run again: finished steps are not repeated.`,
  params: taskParams,
  results: taskResults,
  workspaces: { ...taskWorkspaces, "spoke-kubeconfigs": spokeWorkspace("new") },
  exitCodes: taskExitCodes,
  permissions: permissionsOf("activate"),
  deadlineSeconds: 8100,
  deadlineExitCode: 5,
  example: { method: "passive", "operation-id": "spring-drill" },
  tekton: {
    displayName: "Switchover activate",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover"],
  },
  run: async (context) => {
    const { runTask } = await import("./operation/run-task.ts");
    // Its own phase leads no klusterlet; the plan of the whole, which it compares with the approved one, may.
    await runTask("activate", context, context.workspace("spoke-kubeconfigs"));
  },
});
