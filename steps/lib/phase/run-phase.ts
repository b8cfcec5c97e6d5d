import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import type { TimelineEntry } from "../report/types.ts";
import { ClusterFollower, type ClusterSights } from "./cluster-follower.ts";
import { performActions } from "./perform-actions.ts";
import { asFairleadError, interruption, withAftermath } from "./phase-errors.ts";
import { runStep } from "./run-step.ts";
import type { StepResult, StepRun } from "./step-run.ts";
import type { PhaseContext, PhaseEvent, PhaseStep, PlannedChange, Recorder } from "./types.ts";

export interface PhaseRun<C extends PhaseContext<M>, M> {
  readonly phase: string;
  readonly steps: readonly PhaseStep<C, M>[];
  readonly context: C;
  readonly recorder: Recorder<M>;
  readonly emit: (event: PhaseEvent) => void;
  /** A dry run's entries of the phases before: writes that were left out explain what cannot be planned now. */
  readonly earlierPlan?: readonly PlannedChange[];
  /** How often one step may read, plan and act. Default 8. */
  readonly maxRounds?: number;
}

/** How a phase ended. `error` is what the caller throws or reports; nothing of it is recorded twice. */
export type PhaseOutcome = {
  readonly phase: string;
  /** One entry per step that was begun. */
  readonly timeline: readonly TimelineEntry[];
  /** The dry run's entries of this phase. */
  readonly planned: readonly PlannedChange[];
  /** Names of the steps that the settings do not rule out, as far as the phase came. Only of a dry run. */
  readonly applies: readonly string[];
  readonly warnings: readonly string[];
} & (
  | { readonly state: "done" }
  | { readonly state: "failed" | "interrupted"; readonly step: string; readonly error: FairleadError }
);

interface Progress {
  readonly timeline: TimelineEntry[];
  readonly planned: PlannedChange[];
  readonly applies: string[];
  readonly warnings: string[];
}

type Ending = { readonly state: "failed" | "interrupted"; readonly error: FairleadError };

/** The display may fail, the operation may not: an emitter that throws is logged and the run goes on. */
function safeEmit<C extends PhaseContext<M>, M>({ emit, context }: PhaseRun<C, M>): (event: PhaseEvent) => void {
  return (event) => {
    try {
      emit(event);
    } catch (error) {
      context.log.error(`could not show a progress event: ${String(error)}`, { event: event.type });
    }
  };
}

function requireInMemory<C extends PhaseContext<M>, M>({ context, recorder }: PhaseRun<C, M>): void {
  if (!context.dryRun.enabled || recorder.inMemory === true) return;
  throw new FairleadError(
    {
      id: "PHASE-92",
      what: "a dry run was given a recorder that writes to disk",
      why: "a dry run must leave nothing that changes a later run",
      fix: "report this: the caller must use an in-memory recorder",
    },
    { exitCode: exitCode.defect },
  );
}

/** Recording must not hide what it records: its own failure is logged beside the first. */
async function recordEnding<C extends PhaseContext<M>, M>(run: StepRun<C, M>, ending: Ending): Promise<void> {
  const { recorder, phase, step, context } = run;
  try {
    if (ending.state === "interrupted") await recorder.interrupt(phase, step.name, ending.error);
    else await recorder.fail(phase, step.name, ending.error);
  } catch (error) {
    context.log.error(`could not record that ${step.name} ${ending.state}: ${String(error)}`, {
      phase,
      step: step.name,
    });
  }
}

/** The step's own last word. Returns the error with what became of it. */
async function lastWord<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  error: FairleadError,
): Promise<FairleadError> {
  const { step, context } = run;
  if (step.onFailure === undefined || context.dryRun.enabled) return error;
  const notes: string[] = [];
  try {
    const noting: StepRun<C, M> = {
      ...run,
      warn: (note) => {
        notes.push(note);
        run.warn(note);
      },
    };
    const performed = await performActions(noting, await step.onFailure(error, context));
    return withAftermath(error, notes, performed.state === "stale" ? performed.cause : undefined);
  } catch (undoError) {
    return withAftermath(error, notes, asFairleadError(undoError, `undoing ${step.name}`));
  }
}

async function endStep<C extends PhaseContext<M>, M>(run: StepRun<C, M>, thrown: unknown): Promise<Ending> {
  const { phase, step, context, emit } = run;
  let ending: Ending;
  if (context.signal.aborted) {
    ending = { state: "interrupted", error: interruption(context.signal.reason) };
    if (thrown instanceof FairleadError && thrown !== ending.error) {
      context.log.warn(`interrupted while ${thrown.message}`, { phase, step: step.name });
    }
    emit({ type: "step-interrupted", phase, step: step.name, error: ending.error });
  } else {
    const error = await lastWord(run, asFairleadError(thrown, `running step ${step.name}`));
    ending = { state: "failed", error };
    emit({ type: "step-failed", phase, step: step.name, error });
  }
  await recordEnding(run, ending);
  return ending;
}

function announce<C extends PhaseContext<M>, M>(run: StepRun<C, M>, result: StepResult, durationMs: number): void {
  const { emit, phase } = run;
  const { state, note } = result;
  const step = run.step.name;
  if (state === "done") emit({ type: "step-done", phase, step, note, durationMs });
  else if (state === "already-done") emit({ type: "step-already-done", phase, step, note });
  else if (state === "skipped") emit({ type: "step-skipped", phase, step, note });
}

async function runOne<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  progress: Progress,
  maxRounds: number,
): Promise<Ending | undefined> {
  const { phase, step, context, emit } = run;
  const { clock } = context;
  const startedAt = new Date(clock.now()).toISOString();
  const begin = clock.monotonic();
  const enter = (state: TimelineEntry["state"], note: string): number => {
    const durationMs = Math.round(clock.monotonic() - begin);
    progress.timeline.push({ phase, step: step.name, title: step.title, state, startedAt, durationMs, note });
    return durationMs;
  };
  emit({ type: "step-started", phase, step: step.name, title: step.title });
  try {
    context.signal.throwIfAborted();
    if (context.dryRun.enabled && step.skip?.(context) === undefined) progress.applies.push(step.name);
    const result = await runStep(run, maxRounds);
    announce(run, result, enter(result.state, result.note));
    return undefined;
  } catch (error) {
    const ending = await endStep(run, error);
    enter(ending.state, `${ending.error.text.what}: ${ending.error.text.why}`);
    return ending;
  }
}

/**
 * Walks the steps of a phase: read, plan, act, verify, record. Safe to kill at any instant: what was recorded is not
 * done again, everything else starts from live state. Never throws for a failed or interrupted step; see the outcome.
 *
 * @throws FairleadError PHASE-92 when a dry run is given a recorder that writes to disk
 * @example
 * const outcome = await runPhase({ phase: "activation", steps, context, recorder, emit });
 * if (outcome.state !== "done") throw outcome.error;
 */
export async function runPhase<C extends PhaseContext<M>, M>(options: PhaseRun<C, M>): Promise<PhaseOutcome> {
  requireInMemory(options);
  const { phase, steps, context, recorder } = options;
  const emit = safeEmit(options);
  const earlier = options.earlierPlan ?? [];
  const follower = context.clusters ?? new ClusterFollower();
  const progress: Progress = { timeline: [], planned: [...earlier], applies: [], warnings: [] };
  const begin = context.clock.monotonic();
  const end = (outcome: { readonly state: "done" } | (Ending & { readonly step: string })): PhaseOutcome => {
    emit({
      type: "phase-ended",
      phase,
      state: outcome.state,
      durationMs: Math.round(context.clock.monotonic() - begin),
    });
    const { timeline, warnings, planned, applies } = progress;
    return { phase, timeline, warnings, planned: planned.slice(earlier.length), applies, ...outcome };
  };

  emit({ type: "phase-started", phase, steps: steps.map(({ name, title }) => ({ name, title })) });
  for (const step of steps) {
    const warned: string[] = [];
    const warn = (note: string): void => {
      warned.push(note);
      progress.warnings.push(note);
      emit({ type: "warning", phase, step: step.name, note });
    };
    const sight = (sights: ClusterSights): void => {
      for (const change of follower.take(sights)) emit({ type: "cluster", phase, step: step.name, ...change });
    };
    const { planned } = progress;
    const run: StepRun<C, M> = { phase, step, context, recorder, emit, warn, sight, warned, planned };
    const ending = await runOne(run, progress, options.maxRounds ?? 8);
    if (ending !== undefined) return end({ ...ending, step: step.name });
  }
  return end({ state: "done" });
}
