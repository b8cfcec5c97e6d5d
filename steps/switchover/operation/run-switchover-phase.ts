import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import type { PhaseEvent, PlannedChange } from "../../lib/phase/types.ts";
import { type SwitchoverPhase, switchoverPhases } from "../phases/phase-list.ts";
import type { SwitchoverContext } from "../phases/switchover-context.ts";
import { hasCompleted, withPhase, withWarnings } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";
import { HubEvents } from "./hub-events.ts";
import type { Operation } from "./open-operation.ts";

export type PhaseRunOutcome =
  | { readonly state: "past"; readonly note: string }
  | { readonly state: "ran"; readonly outcome: PhaseOutcome };

export interface PhaseRequest {
  readonly phase: SwitchoverPhase;
  readonly context: SwitchoverContext;
  readonly operation: Operation;
  readonly runId: string;
  readonly emit: (event: PhaseEvent) => void;
  readonly earlierPlan: readonly PlannedChange[];
}

function refuseOutOfOrder({ phase, operation, context }: PhaseRequest): void {
  const index = switchoverPhases.indexOf(phase);
  const before = switchoverPhases.slice(0, index).find((earlier) => !hasCompleted(operation.document(), earlier.phase));
  if (before !== undefined && !context.dryRun.enabled) {
    throw switchoverError(
      "SW-STATE-09",
      {
        what: `the task ${phase.task} cannot run yet`,
        why: `phase ${before.phase} is not completed in the state of this operation`,
        fix: `run the task ${before.task} first, or start the Pipeline`,
      },
      "refused",
    );
  }
}

function at(context: SwitchoverContext): string {
  return new Date(context.clock.now()).toISOString();
}

/** Runs one phase of an operation, unless it is past; keeps in the state how far the operation has come. */
export async function runSwitchoverPhase(request: PhaseRequest): Promise<PhaseRunOutcome> {
  const { phase, context, operation, runId } = request;
  if (hasCompleted(operation.document(), phase.phase)) {
    return { state: "past", note: `phase ${phase.phase} was completed before` };
  }
  refuseOutOfOrder(request);
  await operation.update((document) => withPhase(document, phase.phase, at(context), runId));
  const events = new HubEvents(context, runId);
  const outcome = await runPhase({
    phase: phase.phase,
    steps: phase.steps,
    context,
    recorder: operation.recorder,
    emit: (event) => {
      request.emit(event);
      events.take(event);
    },
    earlierPlan: request.earlierPlan,
  });
  await events.settled();
  await operation.update((document) => withWarnings(document, outcome.warnings));
  if (outcome.state === "done") {
    const isLast = phase === switchoverPhases.at(-1);
    await operation.update((document) => {
      const done = { ...document, completed_phases: [...(document.completed_phases ?? []), phase.phase] };
      return isLast ? withPhase(done, "completed", at(context), runId) : done;
    });
  }
  return { state: "ran", outcome };
}
