import type { PhaseContext, PhaseStep, StepPlan } from "./types.ts";

/** One look of a step at live state and what it makes of it; no look where the step does not apply. */
export async function readAndPlan<C extends PhaseContext<M>, M>(
  step: PhaseStep<C, M>,
  context: C,
): Promise<StepPlan<M>> {
  context.signal.throwIfAborted();
  const reason = step.skip?.(context);
  if (reason !== undefined) return { state: "skipped", note: reason };
  const snapshot = await step.read(context);
  context.signal.throwIfAborted();
  return step.plan(snapshot, context);
}
