import type { Clock } from "../clock/clock.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Wait } from "../phase/types.ts";
import { isKubeError } from "./kube-error.ts";
import { LiveReader } from "./live-reader.ts";

export interface WaitEnvironment {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The pending note, each time it changed. */
  readonly onNote: (note: string) => void;
}

export type WaitOutcome =
  | { readonly state: "done"; readonly note: string; readonly elapsedMs: number }
  | { readonly state: "failed"; readonly error: FairleadError; readonly elapsedMs: number }
  | { readonly state: "timeout"; readonly lastNote: string; readonly elapsedMs: number };

const defaultPollMs = 30_000;
// Many events in a burst are judged once; a fifth of a second stays far below the second that a reaction may take.
const debounceMs = 200;

class Waiter {
  private readonly readers: ReadonlyMap<string, LiveReader>;
  private readonly started: number;
  private readonly ended = new AbortController();
  private note = "";
  private wake: () => void = () => undefined;
  private readonly wait: Wait;
  private readonly environment: WaitEnvironment;

  constructor(wait: Wait, environment: WaitEnvironment) {
    this.wait = wait;
    this.environment = environment;
    this.started = environment.clock.monotonic();
    this.readers = new Map(Object.entries(wait.sources).map(([name, source]) => [name, new LiveReader(source)]));
  }

  async run(): Promise<WaitOutcome> {
    const signal = AbortSignal.any([this.environment.signal, this.ended.signal]);
    const failure = Promise.withResolvers<never>();
    const followers = [...this.readers.entries()].map(([name, reader]) =>
      this.follow(name, reader, signal).catch((error: unknown) => {
        if (!signal.aborted) {
          failure.reject(error);
        }
      }),
    );
    // Without a listener an early failure would end the process before the race below sees it.
    failure.promise.catch(() => undefined);
    try {
      return await Promise.race([this.judgeUntilEnd(signal), failure.promise]);
    } finally {
      this.ended.abort();
      await Promise.allSettled(followers);
    }
  }

  private elapsed(): number {
    return this.environment.clock.monotonic() - this.started;
  }

  private async judgeUntilEnd(signal: AbortSignal): Promise<WaitOutcome> {
    for (;;) {
      const outcome = this.judge();
      if (outcome !== undefined) {
        return outcome;
      }
      const left = this.wait.timeoutMs - this.elapsed();
      if (left <= 0) {
        return await this.finalCheck();
      }
      await this.nextEvent(Math.min(left, this.wait.pollMs ?? defaultPollMs), signal);
    }
  }

  /** Pauses until a collection changed (and the burst is over) or `ms` passed: decisions may depend on time alone. */
  private async nextEvent(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.environment;
    const changed = Promise.withResolvers<void>();
    this.wake = changed.resolve;
    const paused = new AbortController();
    const sleeping = clock.sleep(ms, AbortSignal.any([signal, paused.signal])).catch((error: unknown) => {
      if (!paused.signal.aborted) {
        throw error;
      }
    });
    await Promise.race([changed.promise, sleeping]);
    paused.abort();
    await sleeping;
    await clock.sleep(Math.min(debounceMs, Math.max(0, this.wait.timeoutMs - this.elapsed())), signal);
  }

  private snapshot(): Readonly<Record<string, readonly unknown[]>> | undefined {
    const entries: [string, readonly unknown[]][] = [];
    for (const [name, reader] of this.readers) {
      const items = reader.snapshot();
      if (items === undefined) {
        return undefined;
      }
      entries.push([name, items]);
    }
    return Object.fromEntries(entries);
  }

  private judge(): WaitOutcome | undefined {
    const snapshot = this.snapshot();
    if (snapshot === undefined) {
      return undefined;
    }
    const elapsedMs = this.elapsed();
    const seen = this.wait.decide(snapshot, { elapsedMs, now: this.environment.clock.now() });
    if (seen.state === "pending") {
      if (seen.note !== this.note) {
        this.note = seen.note;
        this.environment.onNote(seen.note);
      }
      return undefined;
    }
    return { ...seen, elapsedMs };
  }

  /** One fresh look after the time is up, so that a condition met in the last moment is not called a timeout. */
  private async finalCheck(): Promise<WaitOutcome> {
    try {
      await Promise.all([...this.readers.values()].map((reader) => reader.list(this.environment.signal)));
    } catch (error) {
      if (!isKubeError(error) || !error.transient) {
        throw error;
      }
      this.note = `${this.note}; the last look failed: ${error.text.why}`;
    }
    const elapsedMs = this.elapsed();
    return this.judge() ?? { state: "timeout", lastNote: this.note === "" ? "nothing was seen" : this.note, elapsedMs };
  }

  private async follow(name: string, reader: LiveReader, signal: AbortSignal): Promise<void> {
    try {
      await reader.follow(signal, () => this.wake());
    } catch (error) {
      signal.throwIfAborted();
      if (isKubeError(error) && (error.transient || error.reason === "KindAbsent")) {
        await this.poll(reader, signal);
      } else if (isKubeError(error, "Forbidden") && error.text.what.startsWith("watch")) {
        this.environment.log.warn(
          `no permission to watch ${name}, looking at it from time to time instead: ${error.text.fix}`,
        );
        await this.poll(reader, signal);
      } else {
        throw error;
      }
    }
  }

  /** Where the role lacks `watch`, or the server is down for longer than its retries: looks until the wait ends. */
  private async poll(reader: LiveReader, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await reader.list(signal);
        this.wake();
      } catch (error) {
        signal.throwIfAborted();
        if (!isKubeError(error) || !error.transient) {
          throw error;
        }
      }
      await this.environment.clock.sleep(Math.min(this.wait.pollMs ?? defaultPollMs, 5000), signal);
    }
  }
}

/**
 * Waits until `wait.decide` says done or failed, by live collections: a change on the server is judged within a fraction
 * of a second. Passing failures of the API mean "not yet"; 401, 403 and 422 end the wait at once.
 *
 * @throws KubeError for a permanent failure; the signal's reason when aborted
 */
export async function waitFor(wait: Wait, environment: WaitEnvironment): Promise<WaitOutcome> {
  return await new Waiter(wait, environment).run();
}
