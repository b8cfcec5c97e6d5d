import type { Clock } from "../clock/clock.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";

/** Kubernetes sends SIGKILL 30 s after SIGTERM: what must happen after a stop has two thirds of that. */
export const stopBudgetMs = 20_000;

/** Of which the interrupted work itself may take this much, so that the cleanups keep their share. */
const workShareMs = 12_000;

export type WorkOutcome =
  | { readonly ended: "done" }
  | { readonly ended: "failed"; readonly error: unknown }
  /** The work did not react to its signal in time and is left behind. */
  | { readonly ended: "abandoned" };

/** Stops the work of one run, once: the first cause is kept. */
export class StopControl {
  readonly #controller = new AbortController();
  #cause: FairleadError | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the work was stopped; `undefined` while it was not. */
  get cause(): FairleadError | undefined {
    return this.#cause;
  }

  stop(cause: FairleadError): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#controller.abort(cause);
  }
}

function settle(work: Promise<void>): Promise<WorkOutcome> {
  return work.then(
    () => ({ ended: "done" }),
    (error: unknown) => ({ ended: "failed", error }),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits for `work`, and at most 12 s longer once it was told to stop. */
export async function settleOrAbandon(work: Promise<void>, stop: StopControl, clock: Clock): Promise<WorkOutcome> {
  const ended = new AbortController();
  const outcome = settle(work);
  const abandoned = aborted(stop.signal)
    .then(() => clock.sleep(workShareMs, ended.signal))
    .then((): WorkOutcome => ({ ended: "abandoned" }));
  // The sleep rejects when the work ends first; that is its purpose.
  abandoned.catch(() => undefined);
  const first = await Promise.race([outcome, abandoned]);
  ended.abort();
  return first;
}

/**
 * Runs the cleanups, last registered first, each even if another fails.
 *
 * @returns what failed, and whether time ran out before all were done
 */
export async function runCleanups(
  cleanups: readonly (() => Promise<void>)[],
  budgetMs: number,
  clock: Clock,
): Promise<{ readonly errors: readonly unknown[]; readonly timedOut: boolean }> {
  const errors: unknown[] = [];
  const ended = new AbortController();
  const all = (async () => {
    for (const cleanup of cleanups.toReversed()) {
      try {
        await cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    return false;
  })();
  const late = clock.sleep(Math.max(0, budgetMs), ended.signal).then(() => true);
  late.catch(() => undefined);
  const timedOut = await Promise.race([all, late]);
  ended.abort();
  return { errors, timedOut };
}
