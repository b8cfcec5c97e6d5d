import { FairleadError } from "../lib/errors/fairlead-error.ts";

/** Exit codes of the area beside the common ones. */
export const switchoverExit = { failed: 1, invalid: 2, preflight: 3, refused: 4, timeout: 5 } as const;

type Ending = keyof typeof switchoverExit;

/** An error of a switchover; `ending` names the exit code's meaning. */
export function switchoverError(
  id: string,
  text: { readonly what: string; readonly why: string; readonly fix: string },
  ending: Ending = "failed",
): FairleadError {
  return new FairleadError({ id, ...text }, { exitCode: switchoverExit[ending] });
}

/** How the results of a Task name an end with this error. */
export function outcomeOf({ exitCode }: FairleadError): "refused" | "failed" {
  return exitCode === switchoverExit.refused ? "refused" : "failed";
}
