import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { outcomeOf } from "../switchover-error.ts";

/** The results in which a step says how it failed. */
export interface OutcomeResults {
  set(name: "outcome" | "error-code" | "summary", value: string): void;
}

async function tellFailure(results: OutcomeResults, work: () => Promise<void>, named: typeof outcomeOf): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof FairleadError) {
      results.set("outcome", named(error));
      results.set("error-code", error.text.id);
      results.set("summary", error.text.what);
    }
    throw error;
  }
}

/** Tells in the results how a step failed, a refusal apart. */
export async function withOutcome(results: OutcomeResults, work: () => Promise<void>): Promise<void> {
  await tellFailure(results, work, outcomeOf);
}

/** The same for a step that only looks, and has nothing to refuse. */
export async function withFailure(results: OutcomeResults, work: () => Promise<void>): Promise<void> {
  await tellFailure(results, work, () => "failed");
}
