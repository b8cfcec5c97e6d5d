import { defineStep } from "../lib/step/define-step.ts";
import { permissionsOf } from "./permissions.ts";
import { preflightParams, preflightResults, preflightWorkspaces } from "./preflight/declaration.ts";

/** Checks two hubs before a switchover, or at any time. Changes nothing on a hub. */
export const preflight = defineStep({
  area: "switchover",
  name: "preflight",
  summary: "Check both hubs before a switchover",
  description: `Reads both hubs once and judges them by a fixed list of checks: permissions, versions, backup storage, backups,
schedules, import tokens, the passive sync and the health of the hubs. All checks run and report together. A critical
finding ends the task with exit code 3 and names its fix. Nothing on a hub is changed.`,
  params: preflightParams,
  results: preflightResults,
  workspaces: preflightWorkspaces,
  exitCodes: [
    { code: 0, meaning: "no critical check failed" },
    { code: 1, meaning: "the checks could not be made" },
    { code: 2, meaning: "a parameter or kubeconfig is invalid; no hub was asked" },
    { code: 3, meaning: "a critical check failed" },
    { code: 4, meaning: "refused: state, lock or confirmation do not fit" },
    { code: 5, meaning: "the deadline passed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: permissionsOf("preflight"),
  deadlineSeconds: 1200,
  deadlineExitCode: 5,
  example: { method: "passive", "primary-context": "hub-east", "secondary-context": "hub-west" },
  tekton: {
    displayName: "Switchover preflight",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "preflight"],
  },
  run: async (context) => {
    const { runPreflight } = await import("./preflight/run-preflight.ts");
    await runPreflight(context);
  },
});
