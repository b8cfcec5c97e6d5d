import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import { hubParameters } from "../parameters.ts";

export const discoverParams = {
  contexts: Type.Array(Type.String({ maxLength: 253 }), {
    default: [],
    description: "Contexts to look at; all contexts of the kubeconfigs when empty",
  }),
  namespaces: hubParameters.namespaces,
  tuning: hubParameters.tuning,
  output: outputParam,
};

export const discoverResults = {
  outcome: { description: "How the task ended", neutral: "", values: ["", "succeeded", "failed"] },
  hubs: { description: "Number of hubs that were found", neutral: "0" },
  unreachable: { description: "Number of API servers that let nobody in", neutral: "0" },
  proposal: {
    description: "Operation that the hubs are ready for",
    neutral: "none",
    values: ["none", "preflight", "postflight"],
  },
  report: { description: "Path of the report in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const discoverWorkspaces = {
  output: { description: "Where this run leaves its report", optional: true },
  "primary-kubeconfig": kubeconfigWorkspace("one hub", ", with one context or several"),
  "secondary-kubeconfig": kubeconfigWorkspace("another hub", ", with one context or several"),
} as const;

export type DiscoverContext = StepContext<typeof discoverParams, typeof discoverResults, typeof discoverWorkspaces>;
