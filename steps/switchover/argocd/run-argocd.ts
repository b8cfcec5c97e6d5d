import { logEvents } from "../../lib/events/log-events.ts";
import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import type { PhaseStep, Recorder } from "../../lib/phase/types.ts";
import { concludeStandalone } from "../operation/conclude-standalone.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { ArgoContext } from "./argo-context.ts";
import type { ResumeContext } from "./declaration.ts";
import { pausedCount } from "./paused-count.ts";

/** The one step of a command, as a phase of its own that no state file has. */
export async function runArgoStep(
  step: PhaseStep<ArgoContext, OperationMemory>,
  context: ArgoContext,
  recorder: Recorder<OperationMemory>,
  at: ResumeContext["at"],
): Promise<PhaseOutcome> {
  const emit = logEvents(context.log, at);
  return await runPhase({ phase: step.name, steps: [step], context, recorder, emit });
}

/** Results that both commands share. @throws FairleadError what ended the step */
export function conclude(
  { results, summarize }: Pick<ResumeContext, "results" | "summarize">,
  outcome: PhaseOutcome,
  operation: { readonly stateFile: string; readonly memory: OperationMemory },
): void {
  results.set("applications", String(pausedCount(operation.memory)));
  concludeStandalone({ results, summarize }, outcome, operation.stateFile, outcome.timeline[0]?.note ?? "");
}
