import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "@jest/globals";
import type { Clock } from "../../../../steps/lib/clock/clock.ts";
import type { Logger } from "../../../../steps/lib/log/logger.ts";

/** A folder per test, removed after it. */
export function temporaryFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "fairlead-state-"));
    folders.push(folder);
    return folder;
  };
}

/** Lines as `level message`. */
export function recordingLogger(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => {
    lines.push(`${level} ${message}`);
  };
  const log: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return { log, lines };
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes only when told to. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start = Date.parse("2026-11-24T15:30:00Z")) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  /** Milliseconds until the next sleeper wakes; `undefined` when nobody sleeps. */
  nextWake(): number | undefined {
    const [first] = this.#sleepers.toSorted((a, b) => a.until - b.until);
    return first === undefined ? undefined : Math.max(0, first.until - this.#now);
  }

  /** Lets time pass and wakes who is due. */
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.until <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.until > this.#now);
    for (const sleeper of due) sleeper.wake();
  }
}

/** A machine's clock that somebody may set; what it measures, and the server's clock, go right. */
export class SettableClock extends ManualClock {
  /** Milliseconds. */
  ahead = 0;

  override now(): number {
    return super.now() + this.ahead;
  }
}

/** Lets time go on from one thing that is waited for to the next, until `condition` holds. */
export async function passUntil(clock: ManualClock, condition: () => boolean): Promise<void> {
  for (;;) {
    // Whoever was woken gets a turn, and says what it waits for next.
    await new Promise((resolve) => setImmediate(resolve));
    if (condition()) return;
    const ms = clock.nextWake();
    if (ms === undefined) throw new Error("nobody waits for anything, and it is not so");
    clock.pass(ms);
  }
}

/** Resolves when `condition` holds; the caller's test timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
