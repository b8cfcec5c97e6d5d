import * as Type from "typebox";
import type { StepContext } from "../../lib/step/types.ts";
import { hubParameters, lostHubParameters, operationParameters } from "../parameters.ts";
import type { taskWorkspaces } from "./declaration.ts";

export const reportParams = {
  "tasks-status": Type.Enum(["None", "Succeeded", "Completed", "Failed"], {
    default: "None",
    description: "How the tasks before ended, as Tekton says; Completed means that some were skipped",
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
  summary: { description: "One sentence for people", neutral: "", human: true },
  report: { description: "Path of the report in the output workspace", neutral: "" },
} as const;

export type ReportContext = StepContext<typeof reportParams, typeof reportResults, typeof taskWorkspaces>;
