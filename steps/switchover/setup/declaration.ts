import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { contextRule, hubParameters, operationParameters } from "../parameters.ts";

export const setupParams = {
  context: Type.Optional(
    Type.String({
      ...contextRule,
      description: "Context in the administrator's kubeconfig; its current context when empty",
    }),
  ),
  role: Type.Enum(["operator", "validator", "both"], {
    default: "operator",
    description: "Which accounts are made; the operator switches, the validator only looks",
  }),
  "include-decommission": Type.Boolean({
    default: false,
    description: "Let the operator remove this hub, too; not with role validator",
  }),
  "import-tokens": Type.Boolean({
    default: false,
    description: "Let the accounts list Secrets of all namespaces, to look at the expiry of import tokens",
  }),
  klusterlets: Type.Boolean({
    default: false,
    description:
      "Let the operator read Secrets of all namespaces, to lead klusterlets by the import Secrets of their clusters",
  }),
  "token-duration": Type.String({
    default: "48h",
    pattern: "^[1-9][0-9]{0,6}[hms]$",
    rule: "a number and h, m or s",
    description: "How long the tokens in the kubeconfigs live, for example 48h; at least 10m",
  }),
  "skip-kubeconfig-generation": Type.Boolean({
    default: false,
    description: "Make accounts and roles only, without tokens and kubeconfigs",
  }),
  "dry-run": operationParameters["dry-run"],
  namespaces: hubParameters.namespaces,
  tuning: hubParameters.tuning,
  output: outputParam,
};

export const setupResults = {
  outcome: { description: "How the task ended", neutral: "", values: ["", "succeeded", "failed", "dry-run"] },
  objects: { description: "Number of objects that were applied or planned", neutral: "0" },
  warnings: { description: "Number of warnings", neutral: "0" },
  report: { description: "Path of the report in the output workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const setupWorkspaces = {
  output: {
    description: "Where the kubeconfigs and the report are left; a folder kubeconfigs on a laptop when not given",
    optional: true,
  },
  "admin-kubeconfig": {
    description: "Secret with an administrator's kubeconfig of the hub (key kubeconfig, optional key ca.crt)",
    readOnly: true,
    optional: true,
    secret: true,
  },
} as const;

export type SetupContext = StepContext<typeof setupParams, typeof setupResults, typeof setupWorkspaces>;
