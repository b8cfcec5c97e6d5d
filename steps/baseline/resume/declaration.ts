import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import { requestParameters } from "../../lib/step/request-age.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { lockWaitParameter, platformParameters } from "../parameters.ts";
import { countResult, endResults, kubeconfigWorkspace } from "../step-parts.ts";

export const resumeParams = {
  ...platformParameters,
  resource: Type.String({
    pattern: "^(all|[A-Za-z][A-Za-z0-9]*(/[A-Za-z0-9][A-Za-z0-9.:_-]*){1,2})$",
    maxLength: 600,
    rule: "all, Kind/name, or Kind/namespace/name",
    description: "What to resume: Kind/namespace/name as reports have it, Kind/name for the whole cluster's, or all",
  }),
  "lock-wait": lockWaitParameter,
  ...requestParameters,
  output: outputParam,
};

export const resumeResults = {
  outcome: {
    description: "How the run ended",
    neutral: "",
    values: ["", "ok", "changed", "failed", "hco-not-found", "precondition-missing", "locked"],
  },
  resumed: countResult("Objects that were resumed"),
  failed: countResult("Objects that could not be resumed"),
  report: { description: "Path of resume.json in the output workspace", neutral: "" },
  ...endResults,
} as const;

export const resumeWorkspaces = {
  output: { description: "Where resume.json is left", optional: true },
  kubeconfig: kubeconfigWorkspace,
} as const;

export type ResumeContext = StepContext<typeof resumeParams, typeof resumeResults, typeof resumeWorkspaces>;
