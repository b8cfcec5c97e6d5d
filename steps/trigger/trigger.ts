import { defineCommand } from "../lib/step/define-command.ts";
import { triggerParams } from "./declaration.ts";

/** Starts any Pipeline, follows it live and ends with its outcome. Knows no area. */
export const trigger = defineCommand({
  name: "trigger",
  summary: "Start a Pipeline, follow it live and end with its outcome",
  description:
    "Creates a PipelineRun of an installed Pipeline or from a TriggerTemplate, waits until Tekton accepted it, shows the state of each task and the log of each step, and exits with the code of the step that failed.",
  params: triggerParams,
  exitCodes: [
    { code: 0, meaning: "the run succeeded, or was accepted with --wait accepted" },
    { code: 1, meaning: "the run failed or was refused by Tekton" },
    { code: 2, meaning: "a parameter is invalid" },
    { code: 3, meaning: "and above: the exit code of the step that failed" },
  ],
  example: { pipeline: "switchover-validate", namespace: "fairlead", param: "method=passive" },
  run: async (context) => {
    const { runTrigger } = await import("./run-trigger.ts");
    await runTrigger(context);
  },
});
