import { defineStep } from "../lib/step/define-step.ts";
import { spokeWorkspace, taskExitCodes, taskParams, taskResults, taskWorkspaces } from "./operation/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Wait until the clusters are connected to the new hub. */
export const postActivate = defineStep({
  area: "switchover",
  name: "post-activate",
  summary: "Wait until the clusters are connected to the new hub",
  description: `Lets the new hub import the clusters and waits until every cluster that was available before is available there.
Safe to run again: finished steps are not repeated.`,
  params: taskParams,
  results: taskResults,
  workspaces: {
    ...taskWorkspaces,
    "spoke-kubeconfigs": spokeWorkspace("new"),
  },
  exitCodes: taskExitCodes,
  permissions: permissionsOf("post-activate"),
  deadlineSeconds: 2400,
  deadlineExitCode: 5,
  example: { method: "passive", "operation-id": "spring-drill" },
  tekton: {
    displayName: "Switchover post-activate",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover"],
  },
  run: async (context) => {
    const { runTask } = await import("./operation/run-task.ts");
    await runTask("post-activate", context, context.workspace("spoke-kubeconfigs"));
  },
});
