import type { Clock } from "../../lib/clock/clock.ts";
import type { Touch } from "./touch.ts";

export interface Debounce {
  /** How long nothing more must have changed, ms. */
  readonly quietMs: number;
  /** After the first change no longer than this, ms, however much goes on changing. */
  readonly atMostMs: number;
}

/** Gathers changes until a burst of them is over, so that one run answers all of it. */
export class TouchQueue {
  readonly #clock: Clock;
  readonly #debounce: Debounce;
  #waiting: Touch[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(clock: Clock, debounce: Debounce) {
    this.#clock = clock;
    this.#debounce = debounce;
  }

  add(touches: readonly Touch[]): void {
    if (touches.length === 0) return;
    this.#waiting.push(...touches);
    this.#changed.resolve();
  }

  /** The next burst, once it is over. @throws the signal's reason */
  async next(signal: AbortSignal): Promise<readonly Touch[]> {
    await this.#untilChanged(signal);
    const { quietMs, atMostMs } = this.#debounce;
    const end = this.#clock.monotonic() + atMostMs;
    for (;;) {
      const left = Math.min(quietMs, end - this.#clock.monotonic());
      if (left <= 0 || !(await this.#changesWithin(left, signal))) return this.#take();
    }
  }

  #take(): readonly Touch[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#changed = Promise.withResolvers();
    return taken;
  }

  async #untilChanged(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0) return;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([this.#changed.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Whether something more changed within that time. */
  async #changesWithin(ms: number, signal: AbortSignal): Promise<boolean> {
    this.#changed = Promise.withResolvers();
    const over = new AbortController();
    const slept = this.#clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(
      () => false,
      (error: unknown) => {
        if (over.signal.aborted) return false;
        throw error;
      },
    );
    const changed = this.#changed.promise.then(() => true);
    try {
      return await Promise.race([changed, slept]);
    } finally {
      over.abort();
    }
  }
}
