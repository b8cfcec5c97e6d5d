import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import type { DryRun, PhaseEvent, PhaseStep, Recorder } from "../../lib/phase/types.ts";
import { flux } from "../flux/flux-keeper.ts";
import { concludeStandalone } from "../operation/conclude-standalone.ts";
import type { Operation } from "../operation/open-operation.ts";
import { openStandaloneSignals } from "../operation/standalone-signals.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { StateDocument } from "../state/state-document.ts";
import type { ArgoContext } from "./argo-context.ts";
import { type ArgocdRequest, clientsOf } from "./argocd-state.ts";
import { pausedCount } from "./paused-count.ts";

type Step = PhaseStep<ArgoContext, OperationMemory>;

/** The steps of a command; the first one names the phase. */
export type ArgoSteps = readonly [Step, ...Step[]];

/** What the steps of a command work with. */
export function argoContext(
  { context, hubs, namespaces, tuning }: ArgocdRequest,
  document: StateDocument,
  recorder: Recorder<OperationMemory>,
  dryRun: DryRun,
): ArgoContext {
  const { log, clock, random, signal } = context;
  const memory = (): OperationMemory => recorder.memory();
  return { clients: clientsOf(document, hubs), namespaces, tuning, memory, log, clock, random, signal, dryRun };
}

/** The steps of a command, as a phase of its own that no state file has. */
export async function runArgoSteps(
  steps: ArgoSteps,
  context: ArgoContext,
  recorder: Recorder<OperationMemory>,
  emit: (event: PhaseEvent) => void,
): Promise<PhaseOutcome> {
  return await runPhase({ phase: steps[0].name, steps, context, recorder, emit });
}

/**
 * Runs the steps of a command on the operation that it holds, and tells how that ended.
 *
 * @throws FairleadError what ended a step
 */
export async function runHeld(
  request: ArgocdRequest,
  operation: Operation,
  { name, steps }: { readonly name: string; readonly steps: ArgoSteps },
): Promise<void> {
  const { context, hubs, stateFile } = request;
  context.onExit(() => operation.close("release"));
  const signals = await openStandaloneSignals(context, operation, { name, hubs });
  const { recorder } = operation;
  const given = argoContext(request, operation.document(), recorder, { enabled: false });
  const clients = signals.watch(given.clients);
  const signal = AbortSignal.any([given.signal, operation.lost]);
  const outcome = await runArgoSteps(steps, { ...given, clients, signal }, recorder, signals.emit);
  const sentence = notesOf(outcome);
  const memory = recorder.memory();
  context.results.set("applications", String(pausedCount(memory) + pausedCount(memory, flux)));
  signals.ended(outcome, sentence);
  concludeStandalone(context, outcome, stateFile, sentence);
}

function notesOf({ timeline }: PhaseOutcome): string {
  return timeline.flatMap(({ note }) => (note === undefined || note === "" ? [] : [note])).join("; ");
}
