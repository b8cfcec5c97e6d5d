import { defineStep } from "../lib/step/define-step.ts";
import { taskWorkspaces } from "./operation/declaration.ts";
import { reportParams, reportResults } from "./operation/report-declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Reports how a run ended and frees its locks. */
export const reportAndUnlock = defineStep({
  area: "switchover",
  name: "report-and-unlock",
  summary: "Report how a switchover run ended and free its locks",
  description: `Runs last in every case. Writes the report of the operation as JSON, Markdown and HTML, sets the results that the
Pipeline shows, and frees the lock and the Leases of this run.`,
  params: reportParams,
  results: reportResults,
  workspaces: taskWorkspaces,
  exitCodes: [
    { code: 0, meaning: "reported" },
    { code: 1, meaning: "the report could not be written" },
    { code: 2, meaning: "a parameter or kubeconfig is invalid" },
    { code: 4, meaning: "the state file cannot be used" },
    { code: 5, meaning: "the deadline passed" },
  ],
  permissions: permissionsOf("report-and-unlock"),
  deadlineSeconds: 300,
  deadlineExitCode: 5,
  example: { "tasks-status": "Succeeded" },
  tekton: {
    displayName: "Switchover report",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "report"],
  },
  run: async (context) => {
    const work = await import("./operation/report-and-unlock.ts");
    await work.reportAndUnlock(context);
  },
});
