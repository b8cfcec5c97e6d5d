import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { baselineExit } from "./exit-code.ts";

/** The results in which a step says how it failed. */
export interface FailureResults {
  set(name: "outcome" | "error-code" | "summary", value: string): void;
}

/** Tells in the results how a step failed, and lets it fail. */
export async function withFailure<T>(results: FailureResults, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FairleadError) {
      results.set("outcome", error.exitCode === baselineExit.locked ? "locked" : "failed");
      results.set("error-code", error.text.id);
      results.set("summary", error.text.what);
    }
    throw error;
  }
}
