import type { ExitCodeDeclaration, StepContext } from "../../lib/step/types.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import { argocdParameters, hubParameters, operationParameters } from "../parameters.ts";
import { signalWorkspaces } from "../signal-workspaces.ts";

// The interface of the two commands that pause and resume Applications apart from a switchover.

export const pauseParams = {
  "operation-id": operationParameters["operation-id"],
  ...hubParameters,
  "flux-manage": argocdParameters["flux-manage"],
  "dry-run": operationParameters["dry-run"],
};

export const resumeParams = {
  "operation-id": operationParameters["operation-id"],
  ...hubParameters,
};

export const argocdResults = {
  outcome: {
    description: "How the task ended",
    neutral: "",
    values: ["", "succeeded", "failed", "refused", "dry-run"],
  },
  "state-file": { description: "Name of the operation's state file in the state workspace", neutral: "" },
  applications: {
    description: "Number of Applications and objects of Flux that the operation holds paused",
    neutral: "0",
  },
  warnings: { description: "Number of warnings", neutral: "0" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  report: { description: "Path of the operation's state, which holds what was paused", neutral: "" },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const argocdWorkspaces = {
  state: { description: "Where operations keep their state; the same for every run of an operation", optional: true },
  ...signalWorkspaces,
  "primary-kubeconfig": kubeconfigWorkspace("the old hub", "; left out when not bound"),
  "secondary-kubeconfig": kubeconfigWorkspace("the new hub", "; left out when not bound"),
} as const;

export const argocdExitCodes: readonly ExitCodeDeclaration[] = [
  { code: 0, meaning: "done, planned (dry run) or already done" },
  { code: 1, meaning: "an Application could not be paused or resumed; start again to do what is missing" },
  { code: 2, meaning: "a parameter or kubeconfig is invalid; no hub was asked" },
  { code: 4, meaning: "refused: state, lock or identity do not fit" },
  { code: 5, meaning: "the deadline ended; start again to resume" },
  { code: 130, meaning: "interrupted; start again to resume" },
  { code: 143, meaning: "terminated; start again to resume" },
];

export type PauseContext = StepContext<typeof pauseParams, typeof argocdResults, typeof argocdWorkspaces>;
export type ResumeContext = StepContext<typeof resumeParams, typeof argocdResults, typeof argocdWorkspaces>;
