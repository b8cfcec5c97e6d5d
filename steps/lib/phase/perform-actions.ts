import { FairleadError } from "../errors/fairlead-error.ts";
import { applyBulk, isStale } from "./apply-bulk.ts";
import { applyChange } from "./apply-change.ts";
import { attemptChains } from "./attempt-chains.ts";
import { performWait } from "./perform-wait.ts";
import { clientOf, type StepRun } from "./step-run.ts";
import type { Action, PhaseContext } from "./types.ts";

/** `stale`: the world moved between read and write; the step is read and planned anew. */
export type Performed = { readonly state: "done" } | { readonly state: "stale"; readonly cause: FairleadError };

const done: Performed = { state: "done" };
const namesInIntent = 50;
const failuresTold = 10;

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
    const other = orElse?.(error);
    if (other === undefined) throw error;
    warn(other.warning);
    return other.instead === undefined ? done : write(run, { kind: "write", change: other.instead });
  }
}

async function bulk<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  action: Extract<Action<M>, { kind: "bulk" }>,
): Promise<Performed> {
  const { context, phase, step, recorder, emit, sight } = run;
  const total = action.changes.length;
  if (total === 0) return done;
  const names = action.changes.slice(0, namesInIntent).map(({ ref }) => ref.name);
  const more = total > namesInIntent ? ", …" : "";
  await recorder.intend(phase, step.name, `${action.title}: ${total} writes: ${names.join(", ")}${more}`);
  context.signal.throwIfAborted();
  // A count per percent is enough for people, and 3,500 writes stay 100 events.
  const every = Math.max(1, Math.floor(total / 100));
  const [cause] = await applyBulk(action, context, (count, { ref }) => {
    if (action.clusters !== undefined) {
      const { hub, state } = action.clusters;
      sight({ hub, clusters: [{ name: ref.name, state }] });
    }
    if (count % every === 0 || count === total) {
      emit({ type: "progress", phase, step: step.name, done: count, total });
    }
  });
  return cause === undefined ? done : { state: "stale", cause };
}

async function attempt<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  action: Extract<Action<M>, { kind: "attempt" }>,
): Promise<Performed> {
  const { context, phase, step, recorder, emit, warn, sight } = run;
  const { chains, remember, clusters } = action;
  if (chains.length > 0) await recorder.intend(phase, step.name, `${action.title}: ${nameChains(chains)}`);
  context.signal.throwIfAborted();
  const outcomes = await attemptChains(action, context, (count, { name, error }) => {
    if (clusters !== undefined && error === undefined) {
      sight({ hub: clusters.hub, clusters: [{ name, state: clusters.state }] });
    }
    emit({ type: "progress", phase, step: step.name, done: count, total: chains.length });
  });
  const failed = outcomes.filter(({ error }) => error !== undefined);
  for (const { name, error } of failed.slice(0, failuresTold)) {
    warn(`${action.title}: ${name}: ${error?.text.what}: ${error?.text.why}; ${error?.text.fix}`);
  }
  if (failed.length > failuresTold) {
    warn(
      `${action.title}: ${failed.length} of ${chains.length} failed, also ${nameChains(failed.slice(failuresTold))}`,
    );
  }
  if (remember !== undefined) await recorder.remember((memory) => remember(memory, outcomes));
  return done;
}

function nameChains(chains: readonly { readonly name: string }[]): string {
  const names = chains.slice(0, namesInIntent).map(({ name }) => name);
  return `${names.join(", ")}${chains.length > namesInIntent ? ", …" : ""}`;
}

async function perform<C extends PhaseContext<M>, M>(run: StepRun<C, M>, action: Action<M>): Promise<Performed> {
  const { phase, step, recorder, warn } = run;
  switch (action.kind) {
    case "write":
      return write(run, action);
    case "bulk":
      return bulk(run, action);
    case "attempt":
      return attempt(run, action);
    case "wait":
      await performWait(run, action.wait);
      return done;
    case "remember":
      await recorder.remember(action.update);
      return done;
    case "forget":
      await recorder.intend(phase, step.name, `forget ${action.step}: ${action.note}`);
      await recorder.forget(action.step);
      return done;
    case "warn":
      warn(action.message);
      // What it warns of may be done by the next action, and is then not planned again.
      await recorder.keepWarning(action.message);
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
