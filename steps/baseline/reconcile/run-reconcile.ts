import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { loadValidator } from "../../lib/schema/load-validator.ts";
import type { HeldLease } from "../../lib/state/lease.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { Cluster } from "../cluster/cluster.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { durationMs } from "../duration.ts";
import { eventsOf } from "../events/collect-events.ts";
import type { RunEvent } from "../events/run-event.ts";
import { exitCodeOf, outcomeOf } from "../failure/exit-code.ts";
import { failureText } from "../failure/failure-text.ts";
import { listItems } from "../list-items.ts";
import { managedLabel, manager } from "../markers/marker-keys.ts";
import { runMetrics } from "../metrics/run-metrics.ts";
import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import { reconcileReport } from "../report/reconcile-report.ts";
import { countResults, isFailed } from "../run/count-results.ts";
import { Reconciliation } from "../run/reconcile.ts";
import type { Ending, RunRecord } from "../run/run-record.ts";
import type { RunRequest } from "../run/run-request.ts";
import { RunState } from "../run/run-state.ts";
import { stateAfter } from "../run/state-after.ts";
import { writeRunFiles } from "../run/write-run-files.ts";
import { baselineStateSchema } from "../state/baseline-state.schema.ts";
import type { BaselineState } from "../state/baseline-state.ts";
import type { ReadState } from "../state/read-state.ts";
import { StateStore } from "../state/state-store.ts";
import { templateEngine } from "../template/template-engine.ts";
import type { ReconcileContext } from "./declaration.ts";
import { takeLock } from "./lock.ts";
import { publishEventsOf } from "./publish.ts";
import { imagesOf } from "./related-images.ts";

// After a stop the step has 8 s for everything that it still writes.
const lastWordsMs = 6_000;

function requestOf({ params }: ReconcileContext): RunRequest {
  return {
    namespace: params.namespace,
    isDryRun: params["dry-run"],
    onlyAssets: listItems(params.assets),
    requireOptIn: params["require-opt-in"],
    limits: {
      capacity: params["throttle-capacity"],
      windowMs: durationMs(params["throttle-window"]),
      repeatThreshold: params["repeat-threshold"],
      repeatWindowMs: durationMs(params["repeat-window"]),
    },
    exclusionOnError: params["exclusion-on-error"],
    profile: params["detector-profile"],
    images: imagesOf(params["related-images"]),
  };
}

/** One run of the baseline: its lock, its state, and what it tells afterwards. */
class Run {
  readonly #context: ReconcileContext;
  readonly #request: RunRequest;
  readonly #cluster: Cluster;
  readonly #store: StateStore;
  readonly #onLost: (error: FairleadError) => void;
  readonly #resets: RunEvent[] = [];
  #lease: HeldLease | undefined;
  #hasBegun = false;
  #before: BaselineState | undefined;

  constructor(
    context: ReconcileContext,
    request: RunRequest,
    cluster: Cluster,
    store: StateStore,
    onLost: (error: FairleadError) => void,
  ) {
    this.#onLost = onLost;
    this.#context = context;
    this.#request = request;
    this.#cluster = cluster;
    this.#store = store;
  }

  /** Takes the lock first: a state that was read before could be older than that of the run before. */
  async begin(hco: ManagedObject): Promise<RunState> {
    const { clock, log, signal, run, params } = this.#context;
    const { namespace, isDryRun } = this.#request;
    if (!isDryRun) {
      const taken = await takeLock({
        client: this.#cluster.client,
        namespace,
        holder: run.name,
        waitMs: durationMs(params["lock-wait"]),
        clock,
        log,
        signal,
        onLost: this.#onLost,
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

  async go(reconciliation: Reconciliation): Promise<void> {
    let ending: Ending;
    let failure: unknown;
    try {
      ending = await reconciliation.run();
    } catch (error) {
      failure = error;
      ending = endingOf(error, this.#context.signal);
    }
    const { record, events } = this.#told(reconciliation, ending);
    await this.#conclude(reconciliation, record, events);
    if (failure !== undefined) throw failure;
  }

  #told(reconciliation: Reconciliation, ending: Ending) {
    const record = reconciliation.record(ending);
    const all = { ...record, events: [...this.#resets, ...record.events] };
    return { record: all, events: eventsOf(all, this.#before?.missingCrds ?? []) };
  }

  /** State, Events, files and results, also after a failure or a stop; then the lock. */
  async #conclude(reconciliation: Reconciliation, record: RunRecord, events: readonly RunEvent[]): Promise<void> {
    const { log } = this.#context;
    const options = { ...this.#cluster.options, signal: AbortSignal.timeout(lastWordsMs), attempts: 2 };
    try {
      const state = stateAfter(record, reconciliation.state.value);
      const writes = this.#hasBegun && !this.#request.isDryRun;
      if (writes) await this.#store.write(state, options);
      if (writes && reconciliation.hco !== undefined) {
        await publishEventsOf(events, { hco: reconciliation.hco, record, client: this.#cluster.client, log, options });
      }
      await this.#tell(reconciliation, record, events, writes ? state : undefined);
    } finally {
      await this.#lease?.release(options.signal);
    }
  }

  async #tell(
    reconciliation: Reconciliation,
    record: RunRecord,
    events: readonly RunEvent[],
    state: BaselineState | undefined,
  ): Promise<void> {
    const { results, workspace, random, run, summarize, setExitCode } = this.#context;
    const report = reconcileReport(record);
    const { summary } = report;
    tellResults(this.#context, record);
    results.set("summary", summary);
    const folder = workspace("output");
    const metrics = state === undefined ? undefined : runMetrics(record, state, run.toolVersion);
    const { document } = reconciliation;
    const more =
      folder === undefined
        ? undefined
        : await writeRunFiles(folder, { record, report, events, document, metrics }, random);
    if (more !== undefined) results.set("report", more);
    const code = exitCodeOf(record);
    const [failed] = record.assets.filter(isFailed);
    const why = failed === undefined ? undefined : failureText(failed);
    if (why !== undefined) results.set("error-code", why.id);
    setExitCode(code);
    summarize({
      what: why === undefined ? summary : `${summary}; ${why.what}`,
      ...(more === undefined ? {} : { more }),
      ...(why === undefined ? {} : { id: why.id, why: why.why, fix: why.fix }),
    });
  }
}

/** `undefined` where nothing is lost. A HyperConverged that carries our label was here in an earlier run. */
function whyLost(read: ReadState, hco: ManagedObject): string | undefined {
  if (read.state === "reset") return read.reason;
  const isKnown = textsOf(hco, "labels")[managedLabel] === manager;
  return read.state === "absent" && isKnown ? "it is gone, though this HyperConverged was managed before" : undefined;
}

function tellResults({ results }: ReconcileContext, record: RunRecord): void {
  const counts = countResults(record);
  const skipped = counts.excluded + counts.unmanaged + counts.notApplicable + counts.namespaceMissing;
  const deleted = record.tombstones.filter(({ status }) => status === "deleted").length;
  results.set("outcome", outcomeOf(record));
  results.set("applied", String(counts.applied));
  results.set("unchanged", String(counts.unchanged));
  results.set("skipped", String(skipped));
  results.set("failed", String(counts.failed));
  results.set("paused", String(counts.paused));
  results.set("throttled", String(counts.throttled));
  results.set("tombstones-deleted", String(deleted));
}

function endingOf(error: unknown, signal: AbortSignal): Ending {
  const text = error instanceof Error ? error.message : String(error);
  if (signal.aborted) return { ending: "interrupted", error: text };
  const isLocked = error instanceof FairleadError && error.text.id === "STATE-11";
  return isLocked ? { ending: "locked", holder: error.text.what } : { ending: "error", error: text };
}

/** The work of the step `reconcile`. */
export async function runReconcile(context: ReconcileContext): Promise<void> {
  const request = requestOf(context);
  const loaded = await loadShippedAssets();
  const client = await openCluster(context);
  const lost = new AbortController();
  const cluster = new Cluster(client, AbortSignal.any([context.signal, lost.signal]));
  const validate = await loadValidator("baseline-state", () => baselineStateSchema);
  const run = new Run(context, request, cluster, new StateStore(client, request.namespace, validate), (error) =>
    lost.abort(error),
  );
  const reconciliation = new Reconciliation(request, {
    runId: context.run.name,
    cluster,
    clock: context.clock,
    log: context.log,
    loaded,
    engine: templateEngine(),
    begin: (hco) => run.begin(hco),
  });
  await run.go(reconciliation);
}
