import * as Type from "typebox";
import { outputParam } from "../../lib/step/output.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { operationIdRule } from "../parameters.ts";

export const showStateParams = {
  "operation-id": Type.Optional(
    Type.String({
      ...operationIdRule,
      description: "Operation to show; the one whose state was written last when empty",
    }),
  ),
  list: Type.Boolean({
    default: false,
    description: "Name every operation of the state folder instead of showing one",
  }),
  output: outputParam,
};

export const showStateResults = {
  outcome: { description: "How the task ended", neutral: "", values: ["", "succeeded", "failed"] },
  phase: { description: "Phase of the operation, empty for a list", neutral: "" },
  "state-file": { description: "Name of the operation's state file in the state workspace", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const showStateWorkspaces = {
  state: { description: "Where operations keep their state", readOnly: true, optional: true },
} as const;

export type ShowStateContext = StepContext<typeof showStateParams, typeof showStateResults, typeof showStateWorkspaces>;
