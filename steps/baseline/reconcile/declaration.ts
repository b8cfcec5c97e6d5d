import * as Type from "typebox";
import { requestParameters } from "../../lib/step/request-age.ts";
import type { StepContext } from "../../lib/step/types.ts";
import {
  exclusionOnErrorParameter,
  lockWaitParameter,
  platformParameters,
  pushgatewayParameter,
  selectionParameters,
  throttleParameters,
} from "../parameters.ts";
import { countResult, endResults, kubeconfigWorkspace } from "../step-parts.ts";

export const reconcileParams = {
  ...platformParameters,
  "dry-run": Type.Boolean({ default: false, description: "Tell what would be applied, and write nothing" }),
  ...selectionParameters,
  ...throttleParameters,
  "exclusion-on-error": exclusionOnErrorParameter,
  "lock-wait": lockWaitParameter,
  "pushgateway-url": pushgatewayParameter,
  ...requestParameters,
};

export const reconcileResults = {
  outcome: {
    description: "How the run ended",
    neutral: "",
    values: ["", "ok", "changed", "degraded", "failed", "disabled", "hco-not-found", "precondition-missing", "locked"],
  },
  applied: countResult("Assets that were applied"),
  unchanged: countResult("Assets that were in place"),
  skipped: countResult("Assets that are not for this cluster, or were left to others"),
  failed: countResult("Assets that failed"),
  paused: countResult("Assets that are paused for an edit war"),
  throttled: countResult("Of the failed ones, those that were throttled"),
  "tombstones-deleted": countResult("Objects of earlier releases that were deleted"),
  report: { description: "Path of the summary in the output workspace", neutral: "" },
  ...endResults,
} as const;

export const clusterWorkspaces = {
  output: { description: "Where this run leaves its report, its metrics and what it was decided by", optional: true },
  kubeconfig: kubeconfigWorkspace,
} as const;

export type ReconcileContext = StepContext<typeof reconcileParams, typeof reconcileResults, typeof clusterWorkspaces>;
