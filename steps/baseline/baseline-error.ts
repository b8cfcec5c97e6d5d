import { FairleadError } from "../lib/errors/fairlead-error.ts";
import { type BaselineExit, baselineExit } from "./failure/exit-code.ts";

/** An error of this area with its exit code. */
export function baselineError(
  id: string,
  text: { readonly what: string; readonly why: string; readonly fix: string },
  exitCode: BaselineExit = baselineExit.error,
  cause?: unknown,
): FairleadError {
  return new FairleadError({ id, ...text }, { exitCode, cause });
}
