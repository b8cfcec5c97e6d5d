import type { Clock } from "../../../../steps/lib/clock/clock.ts";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";

/** A wall clock that stands where a test sets it. What is measured, and waited for, goes by the machine's. */
export class SetClock implements Clock {
  readonly #start: number;
  #seconds = 0;

  constructor(start: number) {
    this.#start = start;
  }

  /** Since the beginning. */
  set(seconds: number): void {
    this.#seconds = seconds;
  }

  now(): number {
    return this.#start + this.#seconds * 1000;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }
}
