import type { Clock } from "../clock/clock.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Wait } from "../phase/types.ts";
import { isKubeError } from "./kube-error.ts";
import { LiveReader } from "./live-reader.ts";
import { WaitLimit } from "./wait-limit.ts";

export interface WaitEnvironment {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The pending note, each time it changed; with the reason while a collection cannot be seen. */
  readonly onNote: (note: string) => void;
}

export type WaitOutcome =
  | { readonly state: "done"; readonly note: string; readonly elapsedMs: number }
  | { readonly state: "failed"; readonly error: FairleadError; readonly elapsedMs: number }
  | {
      readonly state: "timeout";
      readonly lastNote: string;
      readonly elapsedMs: number;
      /** See {@link WaitPart}: whose time is up, where it is not that of the first. */
      readonly part?: string;
    };

const defaultPollMs = 30_000;
// Time alone may decide too (a tolerance that has run out).
const longestPauseMs = 5000;
// Many events in a burst are judged once; a fifth of a second stays far below the second that a reaction may take.
const debounceMs = 200;
const lastLookTimeoutMs = 10_000;

class Waiter {
  private readonly wait: Wait;
  private readonly environment: WaitEnvironment;
  private readonly readers: ReadonlyMap<string, LiveReader>;
  private readonly started: number;
  private readonly limit: WaitLimit;
  private following = new AbortController();
  private followers: readonly Promise<void>[] = [];
  private note = "";
  private wake: () => void = () => undefined;

  constructor(wait: Wait, environment: WaitEnvironment) {
    this.wait = wait;
    this.environment = environment;
    this.started = environment.clock.monotonic();
    this.limit = new WaitLimit(wait.timeoutMs);
    this.readers = new Map(Object.entries(wait.sources).map(([name, source]) => [name, new LiveReader(source)]));
  }

  async run(): Promise<WaitOutcome> {
    for (;;) {
      const outcome = await this.watchUntilTimeIsUp();
      if (outcome !== undefined) {
        return outcome;
      }
    }
  }

  /** `undefined`: the last look saw that a later part has begun. */
  private async watchUntilTimeIsUp(): Promise<WaitOutcome | undefined> {
    const over = new AbortController();
    this.following = new AbortController();
    const failed = this.follow();
    try {
      return await Promise.race([this.judgeUntilEnd(AbortSignal.any([this.environment.signal, over.signal])), failed]);
    } finally {
      over.abort();
      await this.stopFollowing();
    }
  }

  /** Rejects when a collection cannot be followed for good. */
  private follow(): Promise<never> {
    const failure = Promise.withResolvers<never>();
    // Without a listener an early failure would end the process before anybody waits for it.
    failure.promise.catch(() => undefined);
    const { clock, signal, log } = this.environment;
    const options = {
      clock,
      signal: AbortSignal.any([signal, this.following.signal]),
      pollMs: this.wait.pollMs ?? defaultPollMs,
      onChange: () => this.wake(),
      onWarning: (message: string) => log.warn(message),
    };
    this.followers = [...this.readers.values()].map((reader) =>
      reader.follow(options).catch((error: unknown) => {
        if (!options.signal.aborted) {
          failure.reject(error);
        }
      }),
    );
    return failure.promise;
  }

  private async stopFollowing(): Promise<void> {
    this.following.abort();
    await Promise.all(this.followers);
  }

  private elapsed(): number {
    return this.environment.clock.monotonic() - this.started;
  }

  private async judgeUntilEnd(signal: AbortSignal): Promise<WaitOutcome | undefined> {
    for (;;) {
      const outcome = this.judge();
      if (outcome !== undefined) {
        return outcome;
      }
      const left = this.limit.leftMs(this.elapsed());
      if (left <= 0) {
        return await this.lastLook();
      }
      await this.nextChange(Math.min(left, longestPauseMs, this.wait.pollMs ?? defaultPollMs), signal);
    }
  }

  /** Pauses until a collection changed (and the burst is over), or `ms` passed. */
  private async nextChange(ms: number, signal: AbortSignal): Promise<void> {
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
    await clock.sleep(Math.min(debounceMs, Math.max(0, this.limit.leftMs(this.elapsed()))), signal);
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

  /** Why not everything can be seen now. */
  private trouble(): string | undefined {
    const parts = [...this.readers].flatMap(([name, { trouble }]) =>
      trouble === undefined ? [] : [`${name} cannot be seen now: ${trouble}`],
    );
    return parts.length === 0 ? undefined : parts.join("; ");
  }

  private judge(): WaitOutcome | undefined {
    const trouble = this.trouble();
    const snapshot = this.snapshot();
    if (snapshot === undefined || trouble !== undefined) {
      // What was seen last may no longer hold: neither success nor failure follows from it.
      this.tell(trouble);
      return undefined;
    }
    const elapsedMs = this.elapsed();
    const seen = this.wait.decide(snapshot, { elapsedMs, now: this.environment.clock.now() });
    if (seen.state !== "pending") {
      return { ...seen, elapsedMs };
    }
    this.limit.enter(seen.part, elapsedMs);
    this.tell(seen.note);
    return undefined;
  }

  private tell(note: string | undefined): void {
    if (note !== undefined && note !== this.note) {
      this.note = note;
      this.environment.onNote(note);
    }
  }

  /** One fresh look after the time is up, so that a condition met in the last moment is not called a timeout. */
  private async lastLook(): Promise<WaitOutcome | undefined> {
    await this.stopFollowing();
    const options = { signal: this.environment.signal, attempts: 1, requestTimeoutMs: lastLookTimeoutMs };
    try {
      await Promise.all([...this.readers.values()].map((reader) => reader.list(options)));
    } catch (error) {
      if (!isKubeError(error) || !error.transient) {
        throw error;
      }
      return this.timedOut(`; the last look failed: ${error.text.why}`);
    }
    const outcome = this.judge();
    if (outcome !== undefined) {
      return outcome;
    }
    return this.limit.leftMs(this.elapsed()) > 0 ? undefined : this.timedOut();
  }

  private timedOut(addition = ""): WaitOutcome {
    const { part } = this.limit;
    const lastNote = `${this.note === "" ? "nothing was seen" : this.note}${addition}`;
    return { state: "timeout", lastNote, elapsedMs: this.elapsed(), ...(part === undefined ? {} : { part }) };
  }
}

/**
 * Waits until `wait.decide` says done or failed, by live collections: a change on the server is judged within a fraction
 * of a second. Passing failures of the API mean "not yet": while a collection cannot be seen nothing is decided, and the
 * note says so. 401, 403 and 422 end the wait at once; where only the verb `watch` is missing, it looks each `pollMs`.
 *
 * @throws KubeError for a failure that lasts; the signal's reason when aborted
 * @example const outcome = await waitFor(wait, { clock, signal, log, onNote: (note) => log.info(note) });
 */
export async function waitFor(wait: Wait, environment: WaitEnvironment): Promise<WaitOutcome> {
  return await new Waiter(wait, environment).run();
}
