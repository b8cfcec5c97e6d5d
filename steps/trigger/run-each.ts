import pLimit from "p-limit";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { EachEntry } from "./each-file.ts";

export interface EachOptions {
  /** How many go at once. */
  readonly parallel: number;
  /** Starts the rest although one failed. */
  readonly keepGoing: boolean;
}

export type EachOutcome =
  | { readonly state: "succeeded"; readonly name: string; readonly summary: string }
  | { readonly state: "failed"; readonly name: string; readonly error: FairleadError }
  | { readonly state: "not-started"; readonly name: string };

/**
 * Runs all of them, in their order, some at once. After a failure those under way are followed to their end and, unless
 * told to keep going, no other is started: what stopped one may wait for the next.
 *
 * @param one runs one to its end and returns its summary; a FairleadError is its failure, any other error a defect
 */
export async function runEach(
  entries: readonly EachEntry[],
  options: EachOptions,
  one: (entry: EachEntry) => Promise<string>,
): Promise<readonly EachOutcome[]> {
  const limit = pLimit(options.parallel);
  let failed = false;
  const outcomeOf = async (entry: EachEntry): Promise<EachOutcome> => {
    const { name } = entry;
    if (failed && !options.keepGoing) return { state: "not-started", name };
    try {
      return { state: "succeeded", name, summary: await one(entry) };
    } catch (error) {
      failed = true;
      if (error instanceof FairleadError) return { state: "failed", name, error };
      throw error;
    }
  };
  return await Promise.all(entries.map((entry) => limit(outcomeOf, entry)));
}

/** One line per run: how it ended, and why. Pure. */
export function eachTable(outcomes: readonly EachOutcome[]) {
  return {
    columns: ["RUN", "OUTCOME", "SUMMARY"],
    rows: outcomes.map((outcome) => [
      outcome.name,
      outcome.state,
      outcome.state === "succeeded"
        ? outcome.summary
        : outcome.state === "failed"
          ? `${outcome.error.text.id} ${outcome.error.text.what}: ${outcome.error.text.why}`
          : "an earlier run failed",
    ]),
  };
}

/** The failure of the whole: that of the first run that failed. Pure. */
export function eachFailure(outcomes: readonly EachOutcome[]): FairleadError | undefined {
  const failures = outcomes.filter((outcome) => outcome.state === "failed");
  const [first] = failures;
  if (first === undefined) return undefined;
  const waiting = outcomes.filter((outcome) => outcome.state === "not-started").length;
  return new FairleadError(
    {
      id: "TRIG-08",
      what: `${failures.length} of ${outcomes.length} runs failed${waiting > 0 ? `, ${waiting} were not started` : ""}`,
      why: `${failures.map(({ name }) => name).join(", ")}; the first: ${first.error.text.why}`,
      fix: "mend the cause and start the same again: runs with an exact name are found, not repeated; give the failed ones another run-id",
    },
    { exitCode: first.error.exitCode },
  );
}
