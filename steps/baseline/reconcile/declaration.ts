import * as Type from "typebox";
import type { StepContext } from "../../lib/step/types.ts";
import { lockWaitParameter, platformParameters, selectionParameters, throttleParameters } from "../parameters.ts";

export const reconcileParams = {
  ...platformParameters,
  "dry-run": Type.Boolean({ default: false, description: "Tell what would be applied, and write nothing" }),
  ...selectionParameters,
  ...throttleParameters,
  "exclusion-on-error": Type.Enum(["ignore", "stop"], {
    default: "ignore",
    description: "What becomes of a run whose HyperConverged has rules of disabled resources that cannot be read",
  }),
  "lock-wait": lockWaitParameter,
};

const count = (description: string) => ({ description, neutral: "0" });

export const reconcileResults = {
  outcome: {
    description: "How the run ended",
    neutral: "",
    values: ["", "ok", "changed", "degraded", "failed", "disabled", "hco-not-found", "precondition-missing", "locked"],
  },
  applied: count("Assets that were applied"),
  unchanged: count("Assets that were in place"),
  skipped: count("Assets that are not for this cluster, or were left to others"),
  failed: count("Assets that failed"),
  paused: count("Assets that are paused for an edit war"),
  throttled: count("Of the failed ones, those that were throttled"),
  "tombstones-deleted": count("Objects of earlier releases that were deleted"),
  report: { description: "Path of the summary in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const clusterWorkspaces = {
  output: { description: "Where this run leaves its report, its metrics and what it was decided by", optional: true },
  kubeconfig: {
    description:
      "Secret with a kubeconfig of the cluster (key kubeconfig); without it the cluster that the step runs in, or, outside of one, the current context",
    readOnly: true,
    optional: true,
    secret: true,
  },
} as const;

export type ReconcileContext = StepContext<typeof reconcileParams, typeof reconcileResults, typeof clusterWorkspaces>;
