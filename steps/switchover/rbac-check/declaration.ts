import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import type { StepContext } from "../../lib/step/types.ts";
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

const kubeconfigWorkspace = (hub: string) =>
  ({
    description: `Secret with the kubeconfig of the ${hub} hub (key kubeconfig, optional key ca.crt); left out when not bound`,
    readOnly: true,
    optional: true,
    secret: true,
  }) as const;

export const rbacCheckWorkspaces = {
  output: { description: "Where this run leaves its report", optional: true },
  "primary-kubeconfig": kubeconfigWorkspace("old"),
  "secondary-kubeconfig": kubeconfigWorkspace("new"),
} as const;

export type RbacCheckContext = StepContext<typeof rbacCheckParams, typeof rbacCheckResults, typeof rbacCheckWorkspaces>;
