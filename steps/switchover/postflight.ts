import { defineStep } from "../lib/step/define-step.ts";
import { permissionsOf } from "./permissions.ts";
import { postflightParams, postflightResults, postflightWorkspaces } from "./postflight/declaration.ts";

/** Checks the new hub after a switchover, and the old one where it is given. Changes nothing. */
export const postflight = defineStep({
  area: "switchover",
  name: "postflight",
  summary: "Check the new hub, and the old one, after a switchover",
  description: `Reads the new hub once and judges it by a fixed list of checks: the activation, the clusters, observability, backups,
Velero's log, the backup storage and the health of ACM. The old hub, where its kubeconfig or context is given, must have
let go of clusters, backups and object storage. All checks run and report together. A critical finding ends the task
with exit code 3 and names its fix. Nothing on a hub is changed.`,
  params: postflightParams,
  results: postflightResults,
  workspaces: postflightWorkspaces,
  exitCodes: [
    { code: 0, meaning: "no critical check failed" },
    { code: 1, meaning: "the checks could not be made" },
    { code: 2, meaning: "a parameter or kubeconfig is invalid; no hub was asked" },
    { code: 3, meaning: "a critical check failed" },
    { code: 5, meaning: "the deadline passed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: permissionsOf("postflight"),
  deadlineSeconds: 600,
  deadlineExitCode: 5,
  example: { "primary-context": "hub-east", "secondary-context": "hub-west" },
  tekton: {
    displayName: "Switchover postflight",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "postflight"],
  },
  run: async (context) => {
    const { runPostflight } = await import("./postflight/run-postflight.ts");
    await runPostflight(context);
  },
});
