import { defineStep } from "../lib/step/define-step.ts";
import { showStateParams, showStateResults, showStateWorkspaces } from "./show-state/declaration.ts";

/** Shows the state of an operation. Asks no hub, takes no lock, changes nothing. */
export const showState = defineStep({
  area: "switchover",
  name: "show-state",
  summary: "Show how far a switchover has come",
  description: `Shows the state file of one operation, the newest unless one is named: phase, finished steps, what the operation
remembers, and its errors. With list, names every operation of the state folder. No hub is asked, no lock is taken and
nothing is changed, so it may be looked at while the operation runs.`,
  params: showStateParams,
  results: showStateResults,
  workspaces: showStateWorkspaces,
  exitCodes: [
    { code: 0, meaning: "the state was shown" },
    { code: 1, meaning: "there is no state file, or it cannot be used" },
    { code: 2, meaning: "a parameter is invalid" },
    { code: 5, meaning: "the deadline passed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: [],
  deadlineSeconds: 60,
  deadlineExitCode: 5,
  example: { "operation-id": "east-to-west" },
  tekton: {
    displayName: "Switchover show-state",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "state"],
  },
  run: async (context) => {
    const { runShowState } = await import("./show-state/run-show-state.ts");
    await runShowState(context);
  },
});
