import type { WaitPart } from "../phase/types.ts";

/** Until when a wait may last: each of its parts has its own clock, which going back to an earlier one does not wind up. */
export class WaitLimit {
  private readonly ends = new Map<string | undefined, number>();
  private current: string | undefined;

  constructor(timeoutMs: number) {
    this.ends.set(undefined, timeoutMs);
  }

  /** Name of the part that the wait is in, `undefined` in the first. */
  get part(): string | undefined {
    return this.current;
  }

  enter(part: WaitPart | undefined, elapsedMs: number): void {
    this.current = part?.name;
    if (part !== undefined && !this.ends.has(part.name)) this.ends.set(part.name, elapsedMs + part.timeoutMs);
  }

  /** Of the part that the wait is in; not above 0 when its time is up. */
  leftMs(elapsedMs: number): number {
    return (this.ends.get(this.current) ?? 0) - elapsedMs;
  }
}
