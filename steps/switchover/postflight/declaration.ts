import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import { hubParameters } from "../parameters.ts";

export const postflightParams = {
  ...hubParameters,
  "skip-observability-checks": Type.Boolean({ default: false, description: "Leave out the checks of observability" }),
  output: outputParam,
};

export const postflightResults = {
  outcome: { description: "How the task ended", neutral: "", values: ["", "succeeded", "failed"] },
  "postflight-passed": { description: "Whether no critical check failed", neutral: "false", values: ["true", "false"] },
  "critical-failures": { description: "Number of critical findings", neutral: "0" },
  warnings: { description: "Number of warnings", neutral: "0" },
  report: { description: "Path of the report in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const postflightWorkspaces = {
  output: { description: "Where this run leaves its report", optional: true },
  "primary-kubeconfig": kubeconfigWorkspace("the old hub", "; only the new hub is checked without it"),
  "secondary-kubeconfig": kubeconfigWorkspace("the new hub"),
} as const;

export type PostflightContext = StepContext<
  typeof postflightParams,
  typeof postflightResults,
  typeof postflightWorkspaces
>;
