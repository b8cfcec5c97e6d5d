import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { performActions } from "./perform-actions.ts";
import { planStep } from "./plan-step.ts";
import { readAndPlan } from "./read-and-plan.ts";
import type { StepResult, StepRun } from "./step-run.ts";
import type { PhaseContext, StepPlan } from "./types.ts";

function summaries<M>(plan: Extract<StepPlan<M>, { state: "act" }>): string {
  const texts = plan.actions.flatMap((action) => {
    if (action.kind === "write") return [action.change.summary];
    if (action.kind === "attempt") return [`${action.title} (${action.chains.length})`];
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
      if (plan.clusters !== undefined) run.sight(plan.clusters);
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
