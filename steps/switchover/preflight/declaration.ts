import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import { requestParameters } from "../../lib/step/request-age.ts";
import type { Params, StepContext } from "../../lib/step/types.ts";
import { gateResults } from "../approval/gate-results.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import { spokeWorkspace, taskParams, taskWorkspaces } from "../operation/declaration.ts";
import { observabilityCheckParameters } from "../parameters.ts";

// The preflight's interface, apart from its work, which is loaded only when it runs.

/** How strict the checks are; the same for the Task and for the command that runs a whole switchover. */
export const checkParams = {
  "version-policy": Type.Enum(["exact", "minor", "newer-ok"], {
    default: "exact",
    description: "How the ACM versions of both hubs may differ; newer-ok lets the new hub be newer",
  }),
  "allow-partial-backup": Type.Boolean({
    default: false,
    description: "Accept a newest backup that is PartiallyFailed, with a warning",
  }),
  "skip-rbac-validation": Type.Boolean({
    default: false,
    description: "Do not ask the hubs which permissions are granted",
  }),
  ...observabilityCheckParameters,
  "skip-gitops-check": Type.Boolean({
    default: false,
    description: "Do not look for what Argo CD or Flux keeps as Git has it",
  }),
  "strict-health": Type.Boolean({
    default: false,
    description: "Let an unhealthy node or operator of a hub block the switchover",
  }),
};

export const preflightParams = {
  mode: Type.Enum(["validate", "switchover"], {
    default: "validate",
    description:
      "What the check is for; validate only looks, switchover also keeps what it saw for the tasks that follow",
  }),
  // Beside what it checks by, all that decides the plan of the tasks that follow: a gate shows that plan.
  ...taskParams,
  ...checkParams,
  "reset-state": Type.Boolean({
    default: false,
    description: "The switchover will start over: an earlier state need not be readable and spares no check",
  }),
  approvers: Type.Array(
    Type.String({
      pattern: "^(group:)?[A-Za-z0-9]([A-Za-z0-9_.:@/-]{0,126}[A-Za-z0-9])?$",
      rule: "a user, or group:<name>",
    }),
    {
      default: [],
      maxItems: 50,
      description: "Who may approve at a gate; users, or group:<name>",
    },
  ),
  ...requestParameters,
  output: outputParam,
};

/** What the checks ask of the parameters, whoever runs them. */
export type CheckedParams = Params<
  Omit<typeof preflightParams, "mode" | "approvers" | "reset-state" | "request-id" | "issued-at" | "output">
>;

export const preflightResults = {
  outcome: {
    description: "How the run ended",
    neutral: "",
    values: ["", "succeeded", "failed", "refused", "dry-run", "already-completed", "skipped"],
  },
  phase: { description: "Phase of the operation after this task; empty when it only validated", neutral: "" },
  "state-file": { description: "Name of the operation's state file; empty when it only validated", neutral: "" },
  "preflight-passed": { description: "Whether no critical check failed", neutral: "false", values: ["true", "false"] },
  "critical-failures": { description: "Number of critical findings", neutral: "0" },
  warnings: { description: "Number of warnings", neutral: "0" },
  ...gateResults,
  report: { description: "Path of the report in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the run, empty without one", neutral: "" },
} as const;

export const preflightWorkspaces = {
  state: { description: "Where the operation keeps its state; not needed to validate", optional: true },
  output: { description: "Where this run leaves its reports", optional: true },
  notifications: taskWorkspaces.notifications,
  "primary-kubeconfig": kubeconfigWorkspace("the old hub"),
  "secondary-kubeconfig": kubeconfigWorkspace("the new hub"),
  "spoke-kubeconfigs": spokeWorkspace("new"),
} as const;

export type PreflightContext = StepContext<typeof preflightParams, typeof preflightResults, typeof preflightWorkspaces>;
