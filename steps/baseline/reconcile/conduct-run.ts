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
import type { ManagedObject } from "../object/managed-object.ts";
import { Reconciliation } from "../run/reconcile.ts";
import type { Ending, RunRecord } from "../run/run-record.ts";
import type { RunRequest } from "../run/run-request.ts";
import type { RunState } from "../run/run-state.ts";
import { stateAfter } from "../run/state-after.ts";
import type { BaselineState } from "../state/baseline-state.ts";
import { StateStore } from "../state/state-store.ts";
import { templateEngine } from "../template/template-engine.ts";
import { giveBack, takeLock } from "./lock.ts";
import { publishEventsOf } from "./publish.ts";
import { RunMemory } from "./run-memory.ts";

// After a stop the step has 8 s for everything that it still writes; of these the state matters most. What the others do not
// need is left to the lock, which keeps all runs out until it expires.
const stoppedMs = { events: 2_000, state: 4_000, lock: 1_000, all: 7_000 } as const;
const usualMs = { events: 60_000, state: 60_000, lock: 10_000, all: 0 } as const;

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
  /** Aborted as soon as another run may be at work: from then on nothing is written. */
  readonly #lost = new AbortController();
  readonly #memory: RunMemory;
  readonly #reconciliation: Reconciliation;
  readonly #resets: RunEvent[] = [];
  #lease: HeldLease | undefined;

  constructor(setting: RunSetting) {
    const { client, request, validate, runId, clock, log, loaded } = setting;
    const { namespace } = request;
    this.#setting = setting;
    const cluster = new Cluster(client, AbortSignal.any([setting.signal, this.#lost.signal]));
    const store = new StateStore(client, namespace, validate, runId);
    this.#memory = new RunMemory({ store, namespace, clock, options: cluster.options, lost: this.#lost });
    const begin = (hco: ManagedObject) => this.#begin(hco);
    this.#reconciliation = new Reconciliation(request, {
      runId,
      cluster,
      clock,
      log,
      loaded,
      engine: templateEngine(),
      begin,
    });
  }

  /** Takes the lock first: a state that was read before could be older than that of the run before. */
  async #begin(hco: ManagedObject): Promise<RunState> {
    const { log, request } = this.#setting;
    const { isDryRun } = request;
    if (!isDryRun) await this.#takeLock();
    const isTakenOver = this.#lease?.takenOverFrom !== undefined;
    const state = await this.#memory.open({ isDryRun, isTakenOver });
    const lost = this.#memory.whyLost(hco);
    if (lost !== undefined) {
      const note = `the state of earlier runs cannot be used, and a new one begins: ${lost}`;
      this.#resets.push({ reason: "StateReset", target: "state", note });
      log.warn(note);
    }
    return state;
  }

  async #takeLock(): Promise<void> {
    const { client, clock, log, signal, request, runId: holder, lockWaitMs: waitMs } = this.#setting;
    const { namespace } = request;
    const onLost = (error: FairleadError): void => this.#lost.abort(error);
    const taken = await takeLock({ client, namespace, holder, waitMs, clock, log, signal, onLost });
    if (taken.state === "held") this.#lease = taken.lease;
  }

  async go(): Promise<ConductedRun> {
    try {
      return await this.#conclude(await this.#reconciliation.run(), undefined);
    } catch (error) {
      return await this.#conclude(endingOf(error, this.#setting.signal), { error });
    }
  }

  /** Events and state, also after a failure or a stop; then the lock. */
  async #conclude(ending: Ending, failure: ConductedRun["failure"]): Promise<ConductedRun> {
    const told = this.#reconciliation.record(ending);
    const record = { ...told, events: [...this.#resets, ...told.events] };
    const events = eventsOf(record, this.#memory.missingBefore);
    const ended = { record, events, document: this.#reconciliation.document };
    try {
      return { ...ended, state: await this.#leave(record, events), failure };
    } catch (error) {
      return { ...ended, state: undefined, failure: failure ?? { error } };
    }
  }

  async #leave(record: RunRecord, events: readonly RunEvent[]): Promise<BaselineState | undefined> {
    const { clock, log, request } = this.#setting;
    const mayWrite = !request.isDryRun && !this.#lost.signal.aborted;
    const begun = clock.monotonic();
    try {
      if (mayWrite && this.#memory.isOpen) return await this.#store(record, events);
      // Refused before it took the lock: who wrote what is refused looks at the HyperConverged, where Events are.
      if (mayWrite && record.ending.ending === "invalid-input") await this.#publish(record, events);
      return undefined;
    } finally {
      const { lock, all } = this.#limits;
      const left = Math.ceil(all - (clock.monotonic() - begun));
      if (this.#lease !== undefined) await giveBack(this.#lease, Math.max(lock, left), log);
    }
  }

  get #limits() {
    return this.#setting.signal.aborted ? stoppedMs : usualMs;
  }

  /** The Events first: what the state has as told was told. */
  async #store(record: RunRecord, events: readonly RunEvent[]): Promise<BaselineState> {
    await this.#publish(record, events);
    const after = stateAfter(record, this.#reconciliation.state.value);
    const attempts = this.#setting.signal.aborted ? 2 : 4;
    await this.#memory.store(after, { signal: this.#within(this.#limits.state), attempts });
    return after;
  }

  async #publish(record: RunRecord, events: readonly RunEvent[]): Promise<void> {
    const { log, signal, client } = this.#setting;
    const { hco } = this.#reconciliation;
    if (hco === undefined) return;
    const limit = this.#within(this.#limits.events);
    const options = { signal: signal.aborted ? limit : AbortSignal.any([signal, limit]), attempts: 2 };
    await publishEventsOf(events, { hco, record, client, log, options, ...this.#memory.toldSince });
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#lost.signal, AbortSignal.timeout(ms)]);
  }
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
