import type { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import { asFairleadError } from "./phase-errors.ts";
import { planActions } from "./plan-actions.ts";
import { readAndPlan } from "./read-and-plan.ts";
import type { StepResult, StepRun } from "./step-run.ts";
import type { PhaseContext, PlannedChange, StepPlan } from "./types.ts";

const isWrite = ({ verb }: PlannedChange): boolean => verb !== "wait" && verb !== "later";

/** What the real run decides from the state that the changes above leave, which a dry run never sees. */
function decidedLater<C extends PhaseContext<M>, M>(run: StepRun<C, M>, why: string): StepResult {
  const { step, phase, planned, emit } = run;
  const summary = `cannot be planned before the changes above are made${why === "" ? "" : `; as it is now: ${why}`}`;
  const entry: PlannedChange = { phase, step: step.name, target: "", verb: "later", object: step.title, summary };
  planned.push(entry);
  emit({ type: "step-planned", phase, step: step.name, changes: [entry] });
  return { state: "planned", note: summary };
}

/** A dry run cannot tell a step that fails from one whose ground an earlier, left-out write would have laid. */
function refusedByPlan<C extends PhaseContext<M>, M>(run: StepRun<C, M>, error: FairleadError): StepResult {
  if (!run.planned.some(isWrite)) throw error;
  return decidedLater(run, `${error.text.what}: ${error.text.why}`);
}

/** Behind a step whose rest is unknown, nothing to do now does not mean nothing to do then. */
function noteSecondLook<C extends PhaseContext<M>, M>({ step, phase, planned }: StepRun<C, M>, note: string): void {
  const summary = `${step.name} sees nothing to do now (${note}) and looks again after the changes above`;
  planned.push({ phase, step: step.name, target: "", verb: "later", object: step.title, summary });
}

/** A step that finds nothing to do, and has something to say of it: true only where nothing was left out before. */
function settled<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  plan: Extract<StepPlan<M>, { state: "done" | "skipped" }>,
): StepResult {
  const warnings = plan.warnings ?? [];
  if (warnings.length > 0 && run.planned.some(isWrite)) return decidedLater(run, "");
  // What the settings rule out stays ruled out; what a look at a hub ruled out may not.
  const isLooked = plan.state === "done" || run.step.skip?.(run.context) === undefined;
  if (isLooked && run.planned.some(({ verb }) => verb === "later")) noteSecondLook(run, plan.note);
  for (const warning of warnings) run.warn(warning);
  return { state: plan.state === "done" ? "already-done" : "skipped", note: plan.note };
}

async function readOrRefusal<C extends PhaseContext<M>, M>({ step, context }: StepRun<C, M>): Promise<StepPlan<M>> {
  try {
    return await readAndPlan(step, context);
  } catch (error) {
    if (!isKubeError(error, "NotFound", "KindAbsent")) throw error;
    return { state: "refused", error: asFairleadError(error, `reading for ${step.name}`) };
  }
}

/** What the real run would do in this step, as far as live state tells: entries of the plan, and no effect. */
export async function planStep<C extends PhaseContext<M>, M>(run: StepRun<C, M>): Promise<StepResult> {
  const { step, phase, emit, planned, context } = run;
  if (context.dryRun.enabled) context.dryRun.foreseen?.forgetReads();
  const plan = await readOrRefusal(run);
  switch (plan.state) {
    case "refused":
      return refusedByPlan(run, plan.error);
    case "skipped":
    case "done":
      return settled(run, plan);
    case "act": {
      const entries = [...(await planActions(run, plan.actions))];
      if (plan.afterwards === "plan-again") {
        const summary = `the rest of ${step.name} is planned from the state that the changes above leave`;
        entries.push({ phase, step: step.name, target: "", verb: "later", object: step.title, summary });
        planned.push(...entries.slice(-1));
      }
      emit({ type: "step-planned", phase, step: step.name, changes: entries });
      return { state: "planned", note: plan.note };
    }
  }
}
