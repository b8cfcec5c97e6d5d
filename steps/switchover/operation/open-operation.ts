import { join } from "node:path";
import type { Clock, Random } from "../../lib/clock/clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { type DurableRecorder, durableRecorder } from "../../lib/phase/durable-recorder.ts";
import { inMemoryRecorder } from "../../lib/phase/in-memory-recorder.ts";
import type { Recorder } from "../../lib/phase/types.ts";
import { openJournal } from "../../lib/state/journal.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { OfBothHubs, OfNewHub } from "../hubs.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { decideRollback } from "../state/decide-rollback.ts";
import { decideStart } from "../state/decide-start.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type FrozenParameters, type StateDocument, stateShape } from "../state/state-document.ts";
import type { ResolvedTuning } from "../tuning.ts";
import { loadState, readState, resetState } from "./load-state.ts";
import { newDocument, resumedDocument, storedHubs } from "./operation-document.ts";
import { fileMode, lockedHubs, type OperationLocks, releaseMs, takeLocks } from "./operation-locks.ts";
import type { OwnerContext } from "./run-owner.ts";

/** What is wanted: a switchover, begun or resumed, or its undoing. */
export type OperationGoal =
  | { readonly kind: "switchover"; readonly parameters: FrozenParameters; readonly force: boolean }
  | { readonly kind: "rollback"; readonly force: boolean };

/** Both hubs, or the new one alone, connected and told apart. */
export type ReachedHubs = ReachedBoth | ReachedNew;

export interface ReachedBoth {
  readonly oldHub: "reachable";
  readonly clients: OfBothHubs<KubeClient>;
  /** The kubeconfig that each client came from. */
  readonly files: OfBothHubs<string>;
  readonly facts: OfBothHubs<HubFacts>;
  /** The hubs that are worked on, and held for that. */
  readonly answering: readonly HubName[];
}

export interface ReachedNew {
  readonly oldHub: "down";
  readonly clients: OfNewHub<KubeClient>;
  readonly files: OfNewHub<string>;
  readonly facts: OfNewHub<HubFacts>;
  readonly oldServer: string;
}

/** The clients of the hubs that are worked on. */
export function answeringClients(hubs: ReachedHubs): readonly KubeClient[] {
  return hubs.oldHub === "down" ? [hubs.clients.secondary] : hubs.answering.map((name) => hubs.clients[name]);
}

export type OperationRequest = ReachedHubs & OperationSettings;

interface OperationSettings {
  readonly context: OwnerContext & { readonly clock: Clock; readonly random: Random };
  readonly contexts: Readonly<Record<HubName, string>>;
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly stateFolder: string;
  readonly operationId: string;
  readonly goal: OperationGoal;
  readonly resetState: boolean;
  readonly dryRun: boolean;
  /** Memory that a dry run of an earlier Task left. */
  readonly dryRunMemory?: OperationMemory;
}

/** An operation with its state and guards. */
export interface Operation {
  readonly stateFile: string;
  readonly recorder: Recorder<OperationMemory>;
  document(): StateDocument;
  /** Durable when it resolves; a dry run keeps the change to itself. */
  update(change: (document: StateDocument) => StateDocument): Promise<void>;
  /** Aborted when this run no longer owns the operation. */
  readonly lost: AbortSignal;
  /** `detach` leaves the locks to the next Task of the run. */
  close(locks: "detach" | "release"): Promise<void>;
}

export type OpenedOperation =
  | { readonly state: "open"; readonly operation: Operation; readonly notice?: string }
  | { readonly state: "nothing-to-do"; readonly document: StateDocument; readonly notice: string };

export function stateFileOf(folder: string, operationId: string): string {
  return join(folder, `${operationId}.json`);
}

async function freshFor(request: OperationRequest): Promise<StateDocument> {
  // A rollback is refused, or resumes what it found.
  if (request.goal.kind === "rollback") throw new Error("a rollback has no state of its own to begin");
  return await newDocument(request, request.goal.parameters);
}

/** A rollback takes the state as it is. */
async function resumedFor(found: StateDocument, request: OperationRequest): Promise<StateDocument> {
  return request.goal.kind === "rollback" ? found : await resumedDocument(found, request, request.goal.parameters);
}

/** What is there, judged; throws what refuses. */
async function begin(
  request: OperationRequest,
  stateFile: string,
): Promise<OpenedOperation | { readonly state: "begin"; readonly document: StateDocument; readonly notice?: string }> {
  const { clock } = request.context;
  const found = await loadState(stateFile, clock);
  const { goal } = request;
  const hubs = storedHubs(request);
  const primaryUnreachable = request.oldHub === "down";
  const decision =
    goal.kind === "rollback"
      ? decideRollback(found, { hubs, force: goal.force })
      : decideStart(found, { ...goal, hubs, staleHours: request.tuning.staleHours, primaryUnreachable }, clock.now());
  if (decision.decision === "refuse") {
    throw decision.error;
  }
  if (decision.decision === "nothing-to-do" && found !== undefined) {
    return { state: "nothing-to-do", document: found, notice: decision.notice };
  }
  const document =
    decision.decision === "resume" && found !== undefined ? await resumedFor(found, request) : await freshFor(request);
  const notice = "notice" in decision ? decision.notice : undefined;
  return notice === undefined ? { state: "begin", document } : { state: "begin", document, notice };
}

/** A state that is to go, or cannot be read, is nobody's reason to leave a hub unlocked. */
async function hubsToLock(request: OperationRequest, stateFile: string): Promise<readonly KubeClient[]> {
  const { namespaces, context } = request;
  const found = request.resetState ? undefined : await readState(stateFile);
  const memory = found?.state === "loaded" ? found.value.config : undefined;
  const oldHub = request.clients.primary;
  return await lockedHubs(answeringClients(request), { oldHub, memory, namespaces, signal: context.signal });
}

/** An operation that keeps everything to itself. */
export function dryOperation(
  document: StateDocument,
  stateFile: string,
  memory: OperationMemory = document.config,
): Operation {
  const recorder = inMemoryRecorder(memory, (step) => stateShape.isRecorded(document, step));
  let current = document;
  return {
    stateFile,
    recorder,
    document: () => ({ ...current, config: recorder.memory() }),
    update: async (change) => {
      current = change(current);
    },
    lost: new AbortController().signal,
    close: async () => undefined,
  };
}

export interface HeldOperation {
  readonly context: Pick<OperationRequest["context"], "clock" | "random" | "run">;
  readonly document: StateDocument;
  readonly stateFile: string;
  readonly locks: OperationLocks;
  readonly lost: AbortController;
  /** How its steps are recorded. */
  readonly shape: typeof stateShape;
}

/** An operation whose locks are held: opens its journal, and records from its document on. */
export async function recordOperation(held: HeldOperation): Promise<Operation> {
  const { document, stateFile, locks, lost, shape } = held;
  const { clock, random, run } = held.context;
  const mode = fileMode(run.inTekton);
  const journal = await openJournal({ path: stateFile.replace(/\.json$/, ".journal.jsonl"), mode, clock });
  const recorder: DurableRecorder<StateDocument, OperationMemory> = durableRecorder({
    document,
    shape,
    save: (next) =>
      writeFileAtomically(
        stateFile,
        `${JSON.stringify({ ...next, last_updated: new Date(clock.now()).toISOString() }, undefined, 2)}\n`,
        { mode, random, backup: true },
      ),
    journal,
    clock,
    guard: () => locks.assertHeld(),
  });
  await journal.append({ event: "run-started", run: run.name, uid: run.uid, toolVersion: run.toolVersion });
  return {
    stateFile,
    recorder,
    document: () => recorder.document(),
    update: (change) => recorder.update(change),
    lost: lost.signal,
    close: async (end) => {
      await journal.close();
      await (end === "detach" ? locks.detach() : locks.release(AbortSignal.timeout(releaseMs)));
    },
  };
}

/**
 * Opens the operation of these hubs: takes its locks, loads its state, decides what this run may do with it. A dry run
 * takes no lock and writes nothing.
 *
 * @throws FairleadError exit 4: held by another run, unusable state, other hubs, changed parameters, too old
 */
export async function openOperation(request: OperationRequest): Promise<OpenedOperation> {
  const stateFile = stateFileOf(request.stateFolder, request.operationId);
  if (request.dryRun) {
    const begun = await begin(request, stateFile);
    return begun.state === "begin"
      ? { ...begun, state: "open", operation: dryOperation(begun.document, stateFile, request.dryRunMemory) }
      : begun;
  }
  const lost = new AbortController();
  const locks = await takeLocks({
    ...request,
    clients: await hubsToLock(request, stateFile),
    stateFile,
    onLost: (error) => lost.abort(error),
  });
  try {
    if (request.resetState) {
      await resetState(stateFile, request.context.clock, request.goal.force);
    }
    const begun = await begin(request, stateFile);
    if (begun.state !== "begin") {
      await locks.release(request.context.signal);
      return begun;
    }
    const { context } = request;
    const operation = await recordOperation({
      context,
      document: begun.document,
      stateFile,
      locks,
      lost,
      shape: stateShape,
    });
    return begun.notice === undefined
      ? { state: "open", operation }
      : { state: "open", operation, notice: begun.notice };
  } catch (error) {
    // Nothing was begun: the next run must not have to wait for these to expire.
    await locks.release(AbortSignal.timeout(releaseMs));
    throw error;
  }
}
