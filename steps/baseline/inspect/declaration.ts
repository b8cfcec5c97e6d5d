import type { StepContext } from "../../lib/step/types.ts";
import { platformParameters, selectionParameters } from "../parameters.ts";

export const inspectParams = { ...platformParameters, ...selectionParameters };

const count = (description: string) => ({ description, neutral: "0" });

export const inspectResults = {
  outcome: {
    description: "How the inspection ended",
    neutral: "",
    values: ["", "ok", "degraded", "failed", "hco-not-found", "precondition-missing"],
  },
  included: count("Assets that would be applied"),
  excluded: count("Assets that are not wanted there, or have nothing to say"),
  filtered: count("Assets that a rule of the HyperConverged takes out"),
  errors: count("Assets that cannot be rendered"),
  report: { description: "Path of context.json in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const inspectWorkspaces = {
  output: { description: "Where the files of the inspection are left" },
  kubeconfig: {
    description:
      "Secret with a kubeconfig of the cluster (key kubeconfig); without it the cluster that the step runs in, or, outside of one, the current context",
    readOnly: true,
    optional: true,
    secret: true,
  },
} as const;

export type InspectContext = StepContext<typeof inspectParams, typeof inspectResults, typeof inspectWorkspaces>;
