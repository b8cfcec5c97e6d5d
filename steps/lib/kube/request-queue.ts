interface Waiting {
  readonly start: () => void;
  readonly leave: () => void;
}

// A lease renewal must not wait for slow answers either: two slots are kept for the high priority alone.
const reserved = 2;

/**
 * Bounded concurrency with two lanes. `normal` work has `limit` slots; `high` (a lease renewal) overtakes all that
 * waits and finds a slot even where every other one is taken by a request that hangs.
 */
export class RequestQueue {
  private running = 0;
  private readonly high: Waiting[] = [];
  private readonly normal: Waiting[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Runs `work` as soon as a slot is free. Rejects with the signal's reason when aborted while waiting. */
  async run<T>(priority: "high" | "normal", signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.enter(priority, signal);
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.next();
    }
  }

  private async enter(priority: "high" | "normal", signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.running < this.slots(priority)) {
      this.running += 1;
      return;
    }
    const lane = priority === "high" ? this.high : this.normal;
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        lane.splice(lane.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const waiting: Waiting = { start: resolve, leave: () => signal.removeEventListener("abort", onAbort) };
      signal.addEventListener("abort", onAbort, { once: true });
      lane.push(waiting);
    });
  }

  private slots(priority: "high" | "normal"): number {
    return priority === "high" ? this.limit + reserved : this.limit;
  }

  private next(): void {
    const free = this.running < this.slots("normal");
    const waiting = this.high.shift() ?? (free ? this.normal.shift() : undefined);
    if (waiting !== undefined) {
      waiting.leave();
      this.running += 1;
      waiting.start();
    }
  }
}
