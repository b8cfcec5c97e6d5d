import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";

/** The exit code of a wait that ran out of time. */
export const waitTimedOut = 5;

/** Anything that is not already a text for people is a defect of ours; its own message is kept as the reason. */
export function asFairleadError(error: unknown, doing: string): FairleadError {
  if (error instanceof FairleadError) return error;
  return new FairleadError(
    {
      id: "PHASE-90",
      what: `unexpected error while ${doing}`,
      why: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      fix: "run again with --log-level debug and report this with the log; a resumed run goes on at this step",
    },
    { exitCode: exitCode.defect, cause: error },
  );
}

/** The first cause of an abort, as an error for people. A `FairleadError` given as the reason is that cause. */
export function interruption(reason: unknown): FairleadError {
  if (reason instanceof FairleadError) return reason;
  return new FairleadError(
    {
      id: "PHASE-06",
      what: "the run was interrupted",
      why: reason instanceof Error ? reason.message : String(reason),
      fix: "resume it: steps that are recorded as done are not done again",
    },
    { exitCode: exitCode.terminated, cause: reason },
  );
}

/** Adds what became of the undo to the error that it followed. */
export function withAftermath(error: FairleadError, notes: readonly string[], undo?: FairleadError): FairleadError {
  if (notes.length === 0 && undo === undefined) return error;
  const failed = undo === undefined ? [] : [`then ${undo.text.what}: ${undo.text.why}`];
  const fix = undo === undefined ? error.text.fix : `${undo.text.fix}; then ${error.text.fix}`;
  return new FairleadError(
    { ...error.text, why: [error.text.why, ...notes, ...failed].join("; "), fix },
    { exitCode: error.exitCode, cause: error.cause ?? error },
  );
}
