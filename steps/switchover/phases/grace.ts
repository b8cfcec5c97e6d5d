import type { WaitTime } from "../../lib/phase/types.ts";

/** Tolerances count from the first look at which a state was seen; a later good look forgets it. */
export class Grace {
  private since: number | undefined;
  private readonly graceMs: number;

  constructor(graceMs: number) {
    this.graceMs = graceMs;
  }

  /** What is tolerated was not seen. */
  reset(): void {
    this.since = undefined;
  }

  /** It was seen: whether that has lasted too long. */
  isOver(time: WaitTime): boolean {
    this.since ??= time.elapsedMs;
    return time.elapsedMs - this.since >= this.graceMs;
  }
}
