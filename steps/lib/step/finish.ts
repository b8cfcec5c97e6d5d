import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { logEvent } from "../events/log-events.ts";
import type { ResultEvent } from "../events/run-event.ts";
import type { LogLevel } from "../log/log-settings.ts";
import { redactText } from "../log/redact-text.ts";
import type { TextSink } from "../log/text-sink.ts";
import type { RunState } from "./create-context.ts";
import { defect, outputLost } from "./step-errors.ts";
import { type Summary, summaryText } from "./summary.ts";
import { runCleanups, stopBudgetMs, type WorkOutcome } from "./work-in-time.ts";

export interface Ending {
  readonly state: RunState;
  readonly outcome: WorkOutcome;
  /** Where log lines went and the summary follows. */
  readonly stream: TextSink;
  readonly level: LogLevel;
  readonly isStep: boolean;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
}

/** `83.2 s`, `12 min 5 s`. */
function duration(ms: number): string {
  const seconds = ms / 1_000;
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

function asFairleadError(error: unknown): FairleadError {
  if (error instanceof FairleadError) return error;
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return defect("an unexpected error ended the step", why, error);
}

/** A stop is the cause of whatever the work threw after it; without one, the work's own error counts. */
function failureOf({ state, outcome }: Ending): FairleadError | undefined {
  const stopped = state.stop.cause;
  if (stopped === undefined) return outcome.ended === "failed" ? asFairleadError(outcome.error) : undefined;
  const kept =
    outcome.ended === "failed" && outcome.error instanceof FairleadError && outcome.error !== stopped
      ? outcome.error
      : undefined;
  if (kept === undefined) return stopped;
  // The work knows better what was going on when it was stopped; the exit code stays that of the stop.
  return new FairleadError(
    { ...stopped.text, why: `${stopped.text.why}; ${kept.text.id}: ${kept.text.what}` },
    { exitCode: stopped.exitCode, cause: kept },
  );
}

/** Stacks are for those who ask: with `--log-level debug`, as log lines before the summary. */
function logStack(state: RunState, error: unknown): void {
  for (let link = error; link instanceof Error; link = link.cause) {
    state.log.debug("stack", {
      error: link.message,
      stack: link.stack
        ?.split("\n")
        .slice(1)
        .map((line) => line.trim()),
    });
  }
}

async function cleanUp({ state }: Ending): Promise<void> {
  // After a stop the work used part of the budget already; 8 s of it are always left for the cleanups.
  const budgetMs = state.stop.cause === undefined ? stopBudgetMs : 8_000;
  const { errors, timedOut } = await runCleanups(state.cleanups, budgetMs, state.clock);
  for (const error of errors) {
    state.log.warn("a cleanup failed; the next run repairs what it left", { error });
    logStack(state, error);
  }
  if (timedOut)
    state.log.warn(`cleanups were cut off after ${budgetMs / 1_000} s; the next run repairs what they left`);
}

function verdictSummary(ending: Ending, took: string): Summary | undefined {
  const { lines, exitCode: code = exitCode.done } = ending.state.verdict;
  if (code !== exitCode.done && lines?.id !== undefined) {
    const error = {
      id: lines.id,
      what: lines.what,
      why: lines.why ?? "see the log lines above",
      fix: lines.fix ?? "see the log lines above",
    };
    return { kind: "error", error, more: lines.more, exitCode: code };
  }
  if (lines === undefined && !ending.isStep) return undefined;
  return {
    kind: code === exitCode.done ? "done" : "verdict",
    what: lines?.what ?? "done",
    took,
    more: lines?.more,
    exitCode: code,
  };
}

function summaryOf(ending: Ending, failure: FairleadError | undefined): Summary | undefined {
  const took = duration(ending.state.clock.monotonic() - ending.startedMs);
  if (failure === undefined) return verdictSummary(ending, took);
  return { kind: "error", error: failure.text, more: ending.state.verdict.lines?.more, exitCode: failure.exitCode };
}

/** The last lines as one line for programs. */
function resultOf({ state, startedMs, isStep }: Ending, summary: Summary): ResultEvent {
  const { exitCode: code, more } = summary;
  const durationMs = Math.round(state.clock.monotonic() - startedMs);
  const common = { type: "result", exitCode: code, durationMs, more } as const;
  const results = isStep ? { results: state.results.values } : {};
  if (summary.kind !== "error") return { ...common, state: summary.kind, message: summary.what, ...results };
  const { id, what, why, fix } = summary.error;
  // A gate whose answer is negative has done its work.
  const kind = state.verdict.exitCode === code && state.verdict.lines?.id === id ? "verdict" : "error";
  return { ...common, state: kind, message: what, id, why, fix, ...results };
}

/** Ends the process: cleanups, then the summary as the very last lines, then the exit code. */
export async function finish(ending: Ending): Promise<never> {
  const { state, stream, outcome } = ending;
  if (outcome.ended === "abandoned") state.log.warn("the step did not stop in time and is left behind");
  if (outcome.ended === "failed") logStack(state, outcome.error);
  await cleanUp(ending);
  const lost = stream.failure === undefined ? undefined : outputLost("the log", stream.failure);
  const failure = failureOf(ending) ?? lost;
  const summary = summaryOf(ending, failure);
  if (ending.isStep && failure === undefined) state.log.debug("results", { results: state.results.values });
  if (summary !== undefined) logEvent(state.log, resultOf(ending, summary));
  if (summary !== undefined)
    (lost === undefined ? stream : state.host.stderr).write(redactText(summaryText(state.command, summary)));
  return state.host.exit(summary?.exitCode ?? state.verdict.exitCode ?? exitCode.done);
}
