import type { Clock } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { SchemaValidator } from "../../lib/schema/validator.ts";
import type { HeldLease } from "../../lib/state/lease.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { Cluster } from "../cluster/cluster.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { eventsOf } from "../events/collect-events.ts";
import type { RunEvent } from "../events/run-event.ts";
import { managedLabel, manager } from "../markers/marker-keys.ts";
import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import { Reconciliation } from "../run/reconcile.ts";
import type { Ending, RunRecord } from "../run/run-record.ts";
import type { RunRequest } from "../run/run-request.ts";
import { RunState } from "../run/run-state.ts";
import { stateAfter } from "../run/state-after.ts";
import type { BaselineState } from "../state/baseline-state.ts";
import type { ReadState } from "../state/read-state.ts";
import { StateStore } from "../state/state-store.ts";
import { templateEngine } from "../template/template-engine.ts";
import { takeLock } from "./lock.ts";
import { publishEventsOf } from "./publish.ts";

// After a stop the step has 8 s for everything that it still writes.
const lastWordsMs = 6_000;

/** What one run works with. */
export interface RunSetting {
  readonly request: RunRequest;
  readonly client: KubeClient;
  /** Holds the lock by this name. */
  readonly runId: string;
  /** How long to wait for another run to end, ms. */
  readonly lockWaitMs: number;
  readonly loaded: LoadedAssets;
  readonly validate: SchemaValidator;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What a run did, however it ended. */
export interface ConductedRun {
  readonly record: RunRecord;
  readonly events: readonly RunEvent[];
  /** What it was decided by; absent where the run did not come so far. */
  readonly document: ContextDocument | undefined;
  /** What it left to the next run; absent for one that says nothing of the present state. */
  readonly state: BaselineState | undefined;
  /** Why it could not go to its end. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** One run of the baseline under its lock, from the state that the run before left to the one that it leaves. */
class Run {
  readonly #setting: RunSetting;
  readonly #cluster: Cluster;
  readonly #store: StateStore;
  readonly #lost = new AbortController();
  readonly #reconciliation: Reconciliation;
  readonly #resets: RunEvent[] = [];
  #lease: HeldLease | undefined;
  #hasBegun = false;
  #before: BaselineState | undefined;

  constructor(setting: RunSetting) {
    const { client, request, validate, runId, clock, log, loaded } = setting;
    this.#setting = setting;
    this.#cluster = new Cluster(client, AbortSignal.any([setting.signal, this.#lost.signal]));
    this.#store = new StateStore(client, request.namespace, validate);
    const begin = (hco: ManagedObject) => this.#begin(hco);
    const tools = { runId, cluster: this.#cluster, clock, log, loaded, engine: templateEngine(), begin };
    this.#reconciliation = new Reconciliation(request, tools);
  }

  /** Takes the lock first: a state that was read before could be older than that of the run before. */
  async #begin(hco: ManagedObject): Promise<RunState> {
    const { client, clock, log, signal, request, runId, lockWaitMs: waitMs } = this.#setting;
    if (!request.isDryRun) {
      const taken = await takeLock({
        client,
        namespace: request.namespace,
        holder: runId,
        waitMs,
        clock,
        log,
        signal,
        onLost: (error) => this.#lost.abort(error),
      });
      if (taken.state === "held") this.#lease = taken.lease;
    }
    const read = await this.#store.read(this.#cluster.options);
    const lost = whyLost(read, hco);
    if (lost !== undefined) {
      const note = `the state of earlier runs cannot be used, and a new one begins: ${lost}`;
      this.#resets.push({ reason: "StateReset", target: "state", note });
      log.warn(note);
    }
    this.#before = read.value;
    this.#hasBegun = true;
    return new RunState(read.value);
  }

  async go(): Promise<ConductedRun> {
    try {
      return await this.#conclude(await this.#reconciliation.run(), undefined);
    } catch (error) {
      return await this.#conclude(endingOf(error, this.#setting.signal), { error });
    }
  }

  /** State and Events, also after a failure or a stop; then the lock. */
  async #conclude(ending: Ending, failure: ConductedRun["failure"]): Promise<ConductedRun> {
    const reconciliation = this.#reconciliation;
    const { request } = this.#setting;
    const told = reconciliation.record(ending);
    const record = { ...told, events: [...this.#resets, ...told.events] };
    const events = eventsOf(record, this.#before?.missingCrds ?? []);
    const state = this.#hasBegun && !request.isDryRun ? stateAfter(record, reconciliation.state.value) : undefined;
    const ended = { record, events, document: reconciliation.document, state };
    const signal = AbortSignal.timeout(lastWordsMs);
    try {
      try {
        if (state !== undefined) await this.#leave(state, record, events, signal);
      } finally {
        await this.#lease?.release(signal);
      }
      return { ...ended, failure };
    } catch (error) {
      return { ...ended, failure: failure ?? { error } };
    }
  }

  async #leave(
    state: BaselineState,
    record: RunRecord,
    events: readonly RunEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, log } = this.#setting;
    const options = { ...this.#cluster.options, signal, attempts: 2 };
    await this.#store.write(state, options);
    const { hco } = this.#reconciliation;
    if (hco !== undefined) await publishEventsOf(events, { hco, record, client, log, options });
  }
}

/** `undefined` where nothing is lost. A HyperConverged that carries our label was here in an earlier run. */
function whyLost(read: ReadState, hco: ManagedObject): string | undefined {
  if (read.state === "reset") return read.reason;
  const isKnown = textsOf(hco, "labels")[managedLabel] === manager;
  return read.state === "absent" && isKnown ? "it is gone, though this HyperConverged was managed before" : undefined;
}

function endingOf(error: unknown, signal: AbortSignal): Ending {
  const text = error instanceof Error ? error.message : String(error);
  if (signal.aborted) return { ending: "interrupted", error: text };
  const isLocked = error instanceof FairleadError && error.text.id === "STATE-11";
  return isLocked ? { ending: "locked", holder: error.text.what } : { ending: "error", error: text };
}

/** Goes through the baseline once, see {@link Reconciliation}. Never throws: what went wrong is in what it gives back. */
export async function conductRun(setting: RunSetting): Promise<ConductedRun> {
  return await new Run(setting).go();
}
