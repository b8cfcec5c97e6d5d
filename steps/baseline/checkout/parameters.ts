import { resolve } from "node:path";
import * as Type from "typebox";
import type { StepContext } from "../../lib/step/types.ts";

/** Where the files are that a command works on. */
export const checkoutParameters = {
  folder: Type.String({
    minLength: 1,
    maxLength: 4096,
    default: ".",
    description: "Folder of the checked-out repository; below the workspace source where one is bound",
  }),
};

/** What becomes of the answer of a command that compares. */
export const verifyWorkspaces = {
  source: { description: "The checked-out repository", readOnly: true, optional: true },
  output: { description: "Where the differences are left as a file", optional: true },
} as const;

export const verifyResults = {
  outcome: {
    description: "Whether what is committed is what would be generated",
    neutral: "",
    values: ["", "equal", "different"],
  },
  report: { description: "Path of the differences in the output workspace, empty without any", neutral: "" },
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const verifyExitCodes = [
  { code: 0, meaning: "what is committed is what would be generated" },
  { code: 1, meaning: "the comparison could not be made, or was interrupted" },
  { code: 2, meaning: "a parameter, the catalog or an asset is invalid" },
  { code: 4, meaning: "what is committed differs" },
  { code: 130, meaning: "interrupted" },
  { code: 143, meaning: "terminated" },
] as const;

export const generateExitCodes = [
  { code: 0, meaning: "the file is what it should be" },
  { code: 1, meaning: "it could not be made or written" },
  { code: 2, meaning: "a parameter, the catalog or an asset is invalid; nothing was written" },
] as const;

export type VerifyContext = StepContext<typeof checkoutParameters, typeof verifyResults, typeof verifyWorkspaces>;

/** The folder of the checkout, as a step has it. Pure. */
export function checkoutOf({ params, workspace }: Pick<VerifyContext, "params" | "workspace">): string {
  return resolve(workspace("source") ?? ".", params.folder);
}
