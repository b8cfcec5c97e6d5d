import { requestParameters } from "../../lib/step/request-age.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { platformParameters, selectionParameters } from "../parameters.ts";
import { endResults, kubeconfigWorkspace, shownResults } from "../step-parts.ts";

export const inspectParams = { ...platformParameters, ...selectionParameters, ...requestParameters };

export const inspectResults = {
  outcome: {
    description: "How the inspection ended",
    neutral: "",
    values: ["", "ok", "degraded", "failed", "hco-not-found", "precondition-missing"],
  },
  ...shownResults,
  report: { description: "Path of context.json in the output workspace", neutral: "" },
  ...endResults,
} as const;

export const inspectWorkspaces = {
  output: { description: "Where the files of the inspection are left" },
  kubeconfig: kubeconfigWorkspace,
} as const;

export type InspectContext = StepContext<typeof inspectParams, typeof inspectResults, typeof inspectWorkspaces>;
