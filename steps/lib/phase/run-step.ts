import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import { performActions } from "./perform-actions.ts";
import { asFairleadError } from "./phase-errors.ts";
import { planActions } from "./plan-actions.ts";
import { readAndPlan } from "./read-and-plan.ts";
import type { StepRun } from "./step-run.ts";
import type { PhaseContext, PlannedChange, StepPlan } from "./types.ts";

export interface StepResult {
  readonly state: "done" | "already-done" | "skipped" | "planned";
  readonly note: string;
}

function summaries<M>(plan: Extract<StepPlan<M>, { state: "act" }>): string {
  const texts = plan.actions.flatMap((action) => {
    if (action.kind === "write") return [action.change.summary];
    return action.kind === "bulk" ? [`${action.title} (${action.changes.length})`] : [];
  });
  return texts.length === 0 ? "" : `; not done again: ${texts.join("; ")}`;
}

/** A recorded step is looked at once and never applied again: the record stands, a lost state is told. */
async function observeRecorded<C extends PhaseContext<M>, M>(run: StepRun<C, M>): Promise<StepResult> {
  const { step, context, warn } = run;
  if (step.onResume === "trust-record") return { state: "already-done", note: "recorded as done by an earlier run" };
  const plan = await readAndPlan(step, context);
  switch (plan.state) {
    case "done":
      for (const warning of plan.warnings ?? []) warn(warning);
      return { state: "already-done", note: plan.note };
    case "skipped":
      return { state: "already-done", note: plan.note };
    case "refused":
      warn(`state no longer holds: ${plan.error.text.what}: ${plan.error.text.why}`);
      return { state: "already-done", note: "recorded as done, but the state no longer holds" };
    case "act":
      warn(`state no longer holds: ${plan.note}${summaries(plan)}`);
      return { state: "already-done", note: "recorded as done, but the state no longer holds" };
  }
}

function notSettled(step: string, rounds: number, lastNote: string): FairleadError {
  return new FairleadError(
    {
      id: "PHASE-02",
      what: `step ${step} did not come to rest after ${rounds} rounds of reading, planning and writing`,
      why: `it still wants to act: ${lastNote}`,
      fix: "look who else changes these objects and stop that, then resume; if nobody does, report this as a defect",
    },
    { exitCode: exitCode.defect },
  );
}

interface Round {
  readonly state: "settled" | "acted" | "skipped" | "again";
  readonly note: string;
}

async function playRound<C extends PhaseContext<M>, M>(run: StepRun<C, M>): Promise<Round> {
  const plan = await readAndPlan(run.step, run.context);
  if (plan.state === "refused") throw plan.error;
  const { note } = plan;
  switch (plan.state) {
    case "skipped":
      for (const warning of plan.warnings ?? []) run.warn(warning);
      return { state: "skipped", note };
    case "done":
      for (const warning of plan.warnings ?? []) run.warn(warning);
      return { state: "settled", note };
    case "act": {
      const performed = await performActions(run, plan.actions);
      if (performed.state === "done") return { state: plan.afterwards === "done" ? "acted" : "again", note };
      const { what, why } = performed.cause.text;
      return { state: "again", note: `${note} (${what}: ${why})` };
    }
  }
}

/** Rounds from live state until the plan is fulfilled. The record follows the last effect, never precedes it. */
export async function runStep<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  maxRounds: number,
): Promise<StepResult> {
  const { context, recorder, step, phase } = run;
  if (recorder.isRecorded(step.name)) return observeRecorded(run);
  if (context.dryRun.enabled) return planStep(run);
  const startedAt = context.clock.monotonic();
  let note = "";
  for (let count = 0; count < maxRounds; count += 1) {
    const round = await playRound(run);
    note = round.note;
    if (round.state === "skipped") return { state: "skipped", note };
    if (round.state === "again") continue;
    await recorder.record(step.name, phase, context.clock.monotonic() - startedAt, run.warned);
    return { state: round.state === "settled" && count === 0 ? "already-done" : "done", note };
  }
  throw notSettled(step.name, maxRounds, note);
}

function laterEntry<C extends PhaseContext<M>, M>({ phase, step }: StepRun<C, M>): PlannedChange {
  const summary = `the rest of ${step.name} is planned from the state that the changes above leave`;
  return { phase, step: step.name, target: "", verb: "later", object: step.title, summary };
}

/** Behind a step whose rest is unknown, nothing to do now does not mean nothing to do then. */
function noteSecondLook<C extends PhaseContext<M>, M>(run: StepRun<C, M>, note: string): void {
  if (!run.planned.some(({ verb }) => verb === "later")) return;
  const summary = `${run.step.name} sees nothing to do now (${note}) and looks again after the changes above`;
  run.planned.push({ ...laterEntry(run), summary });
}

/** A dry run cannot tell a step that fails from one whose ground an earlier, left-out write would have laid. */
function blockedByPlan<C extends PhaseContext<M>, M>(run: StepRun<C, M>, error: FairleadError): StepResult {
  if (!run.planned.some(({ verb }) => verb !== "wait" && verb !== "later")) throw error;
  const note = `cannot be planned before the changes above are made: ${error.text.what}: ${error.text.why}`;
  run.warn(note);
  const entry = { ...laterEntry(run), summary: `${run.step.name} ${note}` };
  run.planned.push(entry);
  run.emit({ type: "step-planned", phase: run.phase, step: run.step.name, changes: [entry] });
  return { state: "planned", note };
}

async function planStep<C extends PhaseContext<M>, M>(run: StepRun<C, M>): Promise<StepResult> {
  const { step, context, phase, emit, warn, planned } = run;
  if (context.dryRun.enabled) context.dryRun.foreseen?.forgetReads();
  let plan: StepPlan<M>;
  try {
    plan = await readAndPlan(step, context);
  } catch (error) {
    if (isKubeError(error, "NotFound", "KindAbsent"))
      return blockedByPlan(run, asFairleadError(error, `reading for ${step.name}`));
    throw error;
  }
  switch (plan.state) {
    case "refused":
      return blockedByPlan(run, plan.error);
    case "skipped":
      for (const warning of plan.warnings ?? []) warn(warning);
      // What the settings rule out stays ruled out; what a look at a hub ruled out may not.
      if (step.skip?.(context) === undefined) noteSecondLook(run, plan.note);
      return { state: "skipped", note: plan.note };
    case "done":
      for (const warning of plan.warnings ?? []) warn(warning);
      noteSecondLook(run, plan.note);
      return { state: "already-done", note: plan.note };
    case "act": {
      const entries = [...(await planActions(run, plan.actions))];
      if (plan.afterwards === "plan-again") {
        entries.push(laterEntry(run));
        planned.push(...entries.slice(-1));
      }
      emit({ type: "step-planned", phase, step: step.name, changes: entries });
      return { state: "planned", note: plan.note };
    }
  }
}
