import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import { hubParameters } from "../parameters.ts";

const { tuning: _tuning, ...whichHubs } = hubParameters;

export const rbacCheckParams = {
  role: Type.Enum(["operator", "validator"], {
    default: "operator",
    description: "Whose permissions are asked for; the validator only looks",
  }),
  "include-decommission": Type.Boolean({
    default: false,
    description: "Ask the old hub for what removing it takes, too; only with role operator",
  }),
  "skip-observability": Type.Boolean({
    default: false,
    description: "Leave out the permissions in the namespace of observability",
  }),
  "managed-cluster": Type.Boolean({
    default: false,
    description: "The kubeconfigs lead to managed clusters rather than hubs; ask in the namespace of the klusterlet",
  }),
  ...whichHubs,
  output: outputParam,
};

export const rbacCheckResults = {
  outcome: { description: "How the task ended", neutral: "", values: ["", "succeeded", "failed"] },
  missing: { description: "Number of required permissions that are missing", neutral: "0" },
  report: { description: "Path of the report in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const rbacCheckWorkspaces = {
  output: { description: "Where this run leaves its report", optional: true },
  "primary-kubeconfig": kubeconfigWorkspace("the old hub", "; left out when not bound"),
  "secondary-kubeconfig": kubeconfigWorkspace("the new hub", "; left out when not bound"),
} as const;

export type RbacCheckContext = StepContext<typeof rbacCheckParams, typeof rbacCheckResults, typeof rbacCheckWorkspaces>;
