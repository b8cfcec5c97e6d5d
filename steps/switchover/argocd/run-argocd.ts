import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import type { PhaseEvent, PhaseStep, Recorder } from "../../lib/phase/types.ts";
import { flux } from "../flux/flux-keeper.ts";
import { concludeStandalone } from "../operation/conclude-standalone.ts";
import type { StandaloneSignals } from "../operation/standalone-signals.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { ArgoContext } from "./argo-context.ts";
import type { ResumeContext } from "./declaration.ts";
import { pausedCount } from "./paused-count.ts";

type Step = PhaseStep<ArgoContext, OperationMemory>;

/** The steps of a command, as a phase of its own that no state file has. */
export async function runArgoSteps(
  steps: readonly [Step, ...Step[]],
  context: ArgoContext,
  recorder: Recorder<OperationMemory>,
  emit: (event: PhaseEvent) => void,
): Promise<PhaseOutcome> {
  return await runPhase({ phase: steps[0].name, steps, context, recorder, emit });
}

/** Results that both commands share, told to those who do not watch it, too. @throws FairleadError what ended the step */
export function conclude(
  { results, summarize }: Pick<ResumeContext, "results" | "summarize">,
  outcome: PhaseOutcome,
  operation: { readonly stateFile: string; readonly memory: OperationMemory; readonly signals: StandaloneSignals },
): void {
  const sentence = notesOf(outcome);
  results.set("applications", String(pausedCount(operation.memory) + pausedCount(operation.memory, flux)));
  operation.signals.ended(outcome, sentence);
  concludeStandalone({ results, summarize }, outcome, operation.stateFile, sentence);
}

function notesOf({ timeline }: PhaseOutcome): string {
  return timeline.flatMap(({ note }) => (note === undefined || note === "" ? [] : [note])).join("; ");
}
