import * as Type from "typebox";
import type { StepContext } from "../../lib/step/types.ts";
import { hubParameters, lostHubParameters, operationParameters } from "../parameters.ts";
import type { taskWorkspaces } from "./declaration.ts";

export const reportParams = {
  "tasks-status": Type.Enum(["None", "Succeeded", "Completed", "Failed"], {
    default: "None",
    description: "How the tasks before ended, as Tekton says; Completed means that some were skipped",
  }),
  "approval-status": Type.String({
    pattern: "^(None|Succeeded|Failed)( (None|Succeeded|Failed))?$",
    rule: "None, Succeeded or Failed for each gate, with a space between",
    default: "None",
    description:
      "How the gates ended that ask for an approval, as Tekton says; one that was rejected or timed out is Failed",
  }),
  ...operationParameters,
  ...hubParameters,
  "primary-unreachable": lostHubParameters["primary-unreachable"],
};

export const reportResults = {
  outcome: {
    description: "How the run ended",
    neutral: "failed",
    values: ["succeeded", "failed", "already-completed", "refused", "dry-run", "skipped", "rolled-back"],
  },
  phase: { description: "Phase of the operation", neutral: "" },
  "clusters-connected": {
    description: "Connected and all clusters on the new hub, after a rollback on the old one, as n/m",
    neutral: "",
  },
  "plan-digest": { description: "Digest of the plan of a dry run; empty for a real one", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  report: { description: "Path of the report in the output workspace", neutral: "" },
} as const;

export type ReportContext = StepContext<typeof reportParams, typeof reportResults, typeof taskWorkspaces>;
