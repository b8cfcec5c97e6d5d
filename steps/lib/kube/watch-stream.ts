import type { Clock, Random } from "../clock/clock.ts";
import { isKubeError, type KubeError } from "./kube-error.ts";
import type { KubeObject, ListResult, WatchEvent } from "./types.ts";
import type { RawWatchEvent } from "./watch-event.ts";

export interface WatchSource<T extends KubeObject, P> {
  /** One attempt: the pauses between attempts are made here. */
  list(): Promise<ListResult<P>>;
  /** Events from there on; ends when the server or the network ends it. */
  open(from: WatchOpening): AsyncIterable<RawWatchEvent<T>>;
  project(object: T): P;
}

export interface WatchOpening {
  readonly resourceVersion: string;
  /** When the server is to end the watch, at the latest. */
  readonly seconds: number;
  readonly onOpen: () => void;
}

export interface WatchEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Lists anew after this long, later where lists take long; absent = never. */
  readonly relistMs?: number;
  /** Why the collection cannot be followed for now; `undefined` when it can again. */
  readonly onTrouble?: (why: string | undefined) => void;
}

const types = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;
// Below the 30 to 60 minutes after which an API server ends a watch by itself (Kubernetes 1.35), far above a bookmark's minute.
const longestWatchSeconds = 290;
/** A connection that lasted this long was a good one, even if nothing happened. */
const goodConnectionMs = 1000;
/** However short `relistMs` is, listing a large collection takes at most a hundredth of the time. */
const pauseToListRatio = 100;
const firstPauseMs = 100;
const maximumPauseMs = 5000;
/** After a connection that had opened: the server is there, and a change must be seen within about a second. */
const maximumPauseAfterCutMs = 1000;
const maximumRetryAfterMs = 60_000;
/** Openings in a row that bring nothing before the collection is listed anew: its version may be one that never comes. */
const fruitlessOpenings = 3;

type Ending =
  /** The server or the network ended the connection. */
  | { readonly kind: "cut" }
  /** This version is of no use any more: list anew. */
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly error: KubeError };

/** Pause before the next connection. Full jitter; never shorter than what the server asks for. Pure. */
export function watchPauseMs(failures: number, random: number, retryAfterMs = 0, maximumMs = maximumPauseMs): number {
  const bound = Math.min(maximumMs, firstPauseMs * 2 ** failures);
  return Math.max(random * bound, Math.min(retryAfterMs, maximumRetryAfterMs));
}

class Watcher<T extends KubeObject, P> {
  private readonly source: WatchSource<T, P>;
  private readonly environment: WatchEnvironment;
  private resourceVersion = "";
  private failures = 0;
  private nextListAt = Number.POSITIVE_INFINITY;
  private openedAt: number | undefined;
  private troubled = false;

  constructor(source: WatchSource<T, P>, environment: WatchEnvironment) {
    this.source = source;
    this.environment = environment;
  }

  async *run(): AsyncGenerator<WatchEvent<P>> {
    for (;;) {
      const listed = await this.list();
      yield { type: "replaced", items: listed.items };
      yield* this.watchWhileUseful();
    }
  }

  private async list(): Promise<ListResult<P>> {
    const { clock, relistMs = Number.POSITIVE_INFINITY } = this.environment;
    for (;;) {
      try {
        const start = clock.monotonic();
        const listed = await this.source.list();
        const now = clock.monotonic();
        this.nextListAt = now + Math.max(relistMs, (now - start) * pauseToListRatio);
        this.resourceVersion = listed.resourceVersion;
        this.ease();
        return listed;
      } catch (error) {
        this.environment.signal.throwIfAborted();
        if (!isKubeError(error) || !error.transient) {
          throw error;
        }
        this.failures += 1;
        await this.pauseAfter(error, maximumPauseMs);
      }
    }
  }

  /** Resumes after each cut, until the list is due. */
  private async *watchWhileUseful(): AsyncGenerator<WatchEvent<P>, void> {
    let fruitless = 0;
    do {
      const before = this.resourceVersion;
      this.openedAt = undefined;
      const ending = yield* this.watchOnce();
      this.environment.signal.throwIfAborted();
      const moved = this.resourceVersion !== before;
      fruitless = moved ? 0 : fruitless + 1;
      this.failures = moved || this.lastedLong() ? 0 : this.failures + 1;
      const maximumMs = ending.kind !== "gone" && this.openedAt !== undefined ? maximumPauseAfterCutMs : maximumPauseMs;
      await (ending.kind === "failed" ? this.pauseAfter(ending.error, maximumMs) : this.pause(maximumMs));
      if (ending.kind === "gone") {
        return;
      }
    } while (fruitless < fruitlessOpenings && this.listDueInMs() > 0);
  }

  private lastedLong(): boolean {
    return this.openedAt !== undefined && this.environment.clock.monotonic() - this.openedAt >= goodConnectionMs;
  }

  private async *watchOnce(): AsyncGenerator<WatchEvent<P>, Ending> {
    try {
      for await (const event of this.source.open(this.opening())) {
        if (event.type === "ERROR") {
          // Mostly 410: the server forgot this version. Whatever else it is, a fresh list settles it.
          return { kind: "gone" };
        }
        this.resourceVersion = event.object.metadata.resourceVersion ?? this.resourceVersion;
        if (event.type !== "BOOKMARK") {
          yield { type: types[event.type], object: this.source.project(event.object) };
        }
      }
      return { kind: "cut" };
    } catch (error) {
      this.environment.signal.throwIfAborted();
      if (isKubeError(error, "Gone")) {
        return { kind: "gone" };
      }
      if (isKubeError(error) && error.transient) {
        return { kind: "failed", error };
      }
      throw error;
    }
  }

  private opening(): WatchOpening {
    return {
      resourceVersion: this.resourceVersion,
      seconds: Math.max(1, Math.min(longestWatchSeconds, Math.ceil(this.listDueInMs() / 1000))),
      onOpen: () => {
        this.openedAt = this.environment.clock.monotonic();
        this.ease();
      },
    };
  }

  private listDueInMs(): number {
    return this.nextListAt - this.environment.clock.monotonic();
  }

  private ease(): void {
    if (this.troubled) {
      this.troubled = false;
      this.environment.onTrouble?.(undefined);
    }
  }

  private async pauseAfter(error: KubeError, maximumMs: number): Promise<void> {
    this.troubled = true;
    this.environment.onTrouble?.(error.text.why);
    await this.pause(maximumMs, error.retryAfterMs);
  }

  private async pause(maximumMs: number, retryAfterMs?: number): Promise<void> {
    const { clock, random, signal } = this.environment;
    await clock.sleep(watchPauseMs(this.failures, random.next(), retryAfterMs, maximumMs), signal);
  }
}

/**
 * List, then watch for ever: resumes where a cut happened, lists anew when the server forgot that version (410), when
 * connections bring nothing, and when `relistMs` has passed. Passing failures only make it pause.
 *
 * @throws KubeError that lasts (401, 403, an unknown kind); the signal's reason
 */
export function watchForever<T extends KubeObject, P>(
  source: WatchSource<T, P>,
  environment: WatchEnvironment,
): AsyncGenerator<WatchEvent<P>> {
  return new Watcher(source, environment).run();
}
