import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { switchoverExit } from "../switchover-error.ts";

/** The results in which a step says how it failed. */
export interface OutcomeResults {
  set(name: "outcome" | "error-code" | "summary", value: string): void;
}

/** Tells in the results how a step failed. */
export async function withOutcome(results: OutcomeResults, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof FairleadError) {
      results.set("outcome", error.exitCode === switchoverExit.refused ? "refused" : "failed");
      results.set("error-code", error.text.id);
      results.set("summary", error.text.what);
    }
    throw error;
  }
}
