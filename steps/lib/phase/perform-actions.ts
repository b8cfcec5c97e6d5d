import { FairleadError } from "../errors/fairlead-error.ts";
import { waitFor } from "../kube/wait-for.ts";
import { applyBulk, isStale } from "./apply-bulk.ts";
import { applyChange } from "./apply-change.ts";
import { waitTimedOut } from "./phase-errors.ts";
import { clientOf, type StepRun } from "./step-run.ts";
import type { Action, PhaseContext, Wait } from "./types.ts";

/** `stale`: the world moved between read and write; the step is read and planned anew. */
export type Performed = { readonly state: "done" } | { readonly state: "stale"; readonly cause: FairleadError };

const done: Performed = { state: "done" };
const namesInIntent = 50;

async function write<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  { change, orElse }: Extract<Action<M>, { kind: "write" }>,
): Promise<Performed> {
  const { context, phase, step, recorder, warn } = run;
  await recorder.intend(phase, step.name, change.summary);
  context.signal.throwIfAborted();
  try {
    await applyChange(clientOf(context, change.target), change, { signal: context.signal, verify: "re-read" });
    return done;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof FairleadError)) throw error;
    if (isStale(error, change)) return { state: "stale", cause: error };
    const verdict = orElse?.(error);
    if (verdict === undefined) throw error;
    warn(verdict.warning);
    return done;
  }
}

async function bulk<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  action: Extract<Action<M>, { kind: "bulk" }>,
): Promise<Performed> {
  const { context, phase, step, recorder, emit } = run;
  const total = action.changes.length;
  if (total === 0) return done;
  const names = action.changes.slice(0, namesInIntent).map(({ ref }) => ref.name);
  const more = total > namesInIntent ? ", …" : "";
  await recorder.intend(phase, step.name, `${action.title}: ${total} writes: ${names.join(", ")}${more}`);
  context.signal.throwIfAborted();
  // A line per percent is enough for people, and 3,500 writes stay 100 events.
  const every = Math.max(1, Math.floor(total / 100));
  const [cause] = await applyBulk(action, context, (count) => {
    if (count % every === 0 || count === total) {
      emit({ type: "progress", phase, step: step.name, done: count, total });
    }
  });
  return cause === undefined ? done : { state: "stale", cause };
}

function timeoutError(wait: Wait, lastNote: string): FairleadError {
  return new FairleadError(
    {
      id: "PHASE-01",
      what: `${wait.title} did not end within ${Math.round(wait.timeoutMs / 1000)} s`,
      why: `last seen: ${lastNote}`,
      fix: "find out what holds it up, then resume: the wait goes on where it stopped",
    },
    { exitCode: waitTimedOut },
  );
}

async function wait<C extends PhaseContext<M>, M>(run: StepRun<C, M>, action: Wait): Promise<Performed> {
  const { context, phase, step, emit, warn } = run;
  const { clock, signal, log } = context;
  const onNote = (note: string): void => emit({ type: "waiting", phase, step: step.name, note });
  const outcome = await waitFor(action, { clock, signal, log, onNote });
  if (outcome.state === "failed") throw outcome.error;
  if (outcome.state === "timeout") {
    const verdict = action.onTimeout?.(outcome.lastNote) ?? timeoutError(action, outcome.lastNote);
    if (verdict instanceof FairleadError) throw verdict;
    warn(verdict.warning);
  }
  return done;
}

async function perform<C extends PhaseContext<M>, M>(run: StepRun<C, M>, action: Action<M>): Promise<Performed> {
  const { phase, step, recorder, warn } = run;
  switch (action.kind) {
    case "write":
      return write(run, action);
    case "bulk":
      return bulk(run, action);
    case "wait":
      return wait(run, action.wait);
    case "remember":
      await recorder.remember(action.update);
      return done;
    case "forget":
      await recorder.intend(phase, step.name, `forget ${action.step}: ${action.note}`);
      await recorder.forget(action.step);
      return done;
    case "warn":
      warn(action.message);
      return done;
  }
}

/**
 * Does actions in order, each durable or verified before the next starts. Stops at the first that fails, and at the
 * first that finds the world changed since the plan.
 */
export async function performActions<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  actions: readonly Action<M>[],
): Promise<Performed> {
  for (const action of actions) {
    run.context.signal.throwIfAborted();
    const performed = await perform(run, action);
    if (performed.state === "stale") return performed;
  }
  return done;
}
