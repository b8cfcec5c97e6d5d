import type { Clock } from "../../lib/clock/clock.ts";
import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { CallOptions } from "../../lib/kube/types.ts";
import { baselineError } from "../baseline-error.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { managedLabel, manager } from "../markers/marker-keys.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";
import { ownNames } from "../object/own-names.ts";
import { RunState } from "../run/run-state.ts";
import { keptState } from "../run/state-after.ts";
import type { BaselineState } from "../state/baseline-state.ts";
import type { ReadState } from "../state/read-state.ts";
import type { StateStore } from "../state/state-store.ts";

export interface MemoryTools {
  readonly store: StateStore;
  readonly namespace: string;
  readonly clock: Clock;
  readonly options: CallOptions;
  /** Aborted as soon as another run may be at work: from then on nothing is written. */
  readonly lost: AbortController;
}

/** What a run found of earlier ones, and stores for later ones as it goes. */
export class RunMemory {
  readonly #tools: MemoryTools;
  #before: ReadState | undefined;

  constructor(tools: MemoryTools) {
    this.#tools = tools;
  }

  /** Whether a run has begun that may be counted on. */
  get isOpen(): boolean {
    return this.#before !== undefined;
  }

  /** CRDs that the run before missed. */
  get missingBefore(): readonly string[] {
    return this.#before?.value.missingCrds ?? [];
  }

  /**
   * Events that were written after the state was are those of a run that was killed in between. Without the end of a run
   * they cannot be told from older ones.
   */
  get toldSince(): { readonly toldSince?: number } {
    const lastRun = this.#before?.state === "read" ? this.#before.value.lastRun : undefined;
    return lastRun === undefined ? {} : { toldSince: lastRun.finishedAt };
  }

  /**
   * Reads it. A dry run keeps nothing.
   *
   * @param isTakenOver the lock is another run's that may only have slept: it finds the state written since, and stops
   * @throws KubeError where it cannot be read
   */
  async open({
    isDryRun,
    isTakenOver,
  }: {
    readonly isDryRun: boolean;
    readonly isTakenOver: boolean;
  }): Promise<RunState> {
    const { store, clock, options } = this.#tools;
    const before = await store.read(options);
    const { value } = before;
    if (isTakenOver) await this.store(value, options);
    this.#before = before;
    return isDryRun
      ? new RunState(value)
      : new RunState(value, (state) => this.store(keptState(state, clock.now()), options));
  }

  /**
   * `undefined` where nothing is lost.
   *
   * @param hco that carries our label where it was here in an earlier run
   */
  whyLost(hco: ManagedObject): string | undefined {
    if (this.#before?.state === "reset") return this.#before.reason;
    const isKnown = textIn(hco, "labels", managedLabel) === manager;
    return this.#before?.state === "absent" && isKnown
      ? "it is gone, though this HyperConverged was managed before"
      : undefined;
  }

  /** @throws FairleadError BASE-RUN-03 where another run stored its own meanwhile, which ends this one; KubeError */
  async store(state: BaselineState, options: CallOptions): Promise<void> {
    const { store, namespace, lost } = this.#tools;
    try {
      await store.write(state, options);
    } catch (error) {
      if (!isKubeError(error, "Conflict", "AlreadyExists")) throw error;
      const stolen = storedByAnother(error, namespace);
      lost.abort(stolen);
      throw stolen;
    }
  }
}

function storedByAnother(error: unknown, namespace: string): FairleadError {
  return baselineError("BASE-RUN-03", {
    what: `the state of this run could not be stored in ConfigMap ${namespace}/${ownNames.state}, and nothing more was written`,
    why: `somebody else has written it since this run began: ${reasonOf(error)}`,
    fix: `let the run that holds Lease ${namespace}/${ownNames.lease} end; the next run goes on from what is stored`,
  });
}
