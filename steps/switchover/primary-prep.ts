import { defineStep } from "../lib/step/define-step.ts";
import { spokeWorkspace, taskExitCodes, taskParams, taskResults, taskWorkspaces } from "./operation/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Prepare the old hub for a switchover. */
export const primaryPrep = defineStep({
  area: "switchover",
  name: "primary-prep",
  summary: "Prepare the old hub for a switchover",
  description: `Pauses the backup schedule of the old hub, waits until no backup is in progress, and stops the hub from importing its clusters again.
Safe to run again: finished steps are not repeated.`,
  params: taskParams,
  results: taskResults,
  workspaces: { ...taskWorkspaces, "spoke-kubeconfigs": spokeWorkspace("new") },
  exitCodes: taskExitCodes,
  permissions: permissionsOf("primary-prep"),
  deadlineSeconds: 1800,
  deadlineExitCode: 5,
  example: { method: "passive", "operation-id": "spring-drill" },
  tekton: {
    displayName: "Switchover primary-prep",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover"],
  },
  run: async (context) => {
    const { runTask } = await import("./operation/run-task.ts");
    // Its own phase leads no klusterlet; the plan of the whole, which it compares with the approved one, may.
    await runTask("primary-prep", context, context.workspace("spoke-kubeconfigs"));
  },
});
