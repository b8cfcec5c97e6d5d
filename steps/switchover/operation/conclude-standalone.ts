import { basename } from "node:path";
import type { PhaseOutcome } from "../../lib/phase/run-phase.ts";
import type { PlannedChange } from "../../lib/phase/types.ts";

// How an operation of its own beside a switchover ends for its caller.

/** The results that such operations share, and what they tell people. */
export interface StandaloneContext {
  readonly results: {
    set(name: "outcome" | "warnings" | "summary" | "state-file" | "report", value: string): void;
  };
  summarize(summary: { readonly what: string; readonly more?: string }): void;
  print(text: string): void;
}

/** @throws FairleadError what ended the phase */
export function concludeStandalone(
  { results, summarize }: Omit<StandaloneContext, "print">,
  outcome: PhaseOutcome,
  stateFile: string,
  sentence: string,
): void {
  results.set("warnings", String(outcome.warnings.length));
  results.set("state-file", basename(stateFile));
  results.set("report", stateFile);
  if (outcome.state !== "done") throw outcome.error;
  results.set("outcome", "succeeded");
  results.set("summary", sentence);
  summarize({ what: sentence, more: stateFile });
}

/** Prints what a dry run would do. @throws FairleadError what ended the phase */
export function concludePlan(
  { results, summarize, print }: StandaloneContext,
  outcome: PhaseOutcome,
  shown: readonly PlannedChange[],
  { sentence, note }: { readonly sentence: string; readonly note?: string },
): void {
  if (outcome.state !== "done") throw outcome.error;
  const lines = shown.map(({ verb, object, target, summary }) => `[DRY-RUN] ${target} ${verb} ${object}: ${summary}`);
  print(lines.join("\n"));
  const what = `dry run: ${sentence}, nothing was changed`;
  results.set("outcome", "dry-run");
  results.set("warnings", String(outcome.warnings.length));
  results.set("summary", what);
  summarize({ what: note === undefined ? what : `${what}; ${note}` });
}
