import type { Clock } from "../clock/clock.ts";
import { isKubeError, type KubeError } from "./kube-error.ts";
import type { KubeObject, ListResult, WatchEvent } from "./types.ts";

/** One line of a watch as the server writes it. */
export interface RawWatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

export interface WatchSource<T> {
  list(): Promise<ListResult<T>>;
  /** Lines from `resourceVersion` on; ends when the server or the network ends it. */
  open(resourceVersion: string): AsyncIterable<RawWatchEvent<T>>;
}

export interface WatchEnvironment {
  readonly clock: Clock;
  readonly random: { next(): number };
  readonly signal: AbortSignal;
  readonly onInterrupted: (reason: string) => void;
}

const types = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;
const maximumPauseMs = 5000;

function isGone(event: RawWatchEvent<KubeObject>): boolean {
  // A Status object stands in the place of the object of an ERROR event.
  return "code" in event.object && event.object.code === 410;
}

type Ending =
  | { readonly kind: "cut" }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly error: KubeError };

/** List, then watch for ever: resumes where a cut happened, lists anew when the server forgot that version (410). */
export async function* watchForever<T extends KubeObject>(
  source: WatchSource<T>,
  environment: WatchEnvironment,
): AsyncGenerator<WatchEvent<T>> {
  let failures = 0;
  for (;;) {
    const listed = await source.list();
    yield { type: "replaced", items: listed.items };
    const position = { resourceVersion: listed.resourceVersion };
    for (let gone = false; !gone; ) {
      const before = position.resourceVersion;
      const ending = yield* watchOnce(source, position, environment.signal);
      environment.signal.throwIfAborted();
      gone = ending.kind === "gone";
      failures = position.resourceVersion === before ? failures + 1 : 0;
      environment.onInterrupted(ending.kind === "failed" ? ending.error.text.why : ending.kind);
      await environment.clock.sleep(
        environment.random.next() * Math.min(maximumPauseMs, 100 * 2 ** failures),
        environment.signal,
      );
    }
  }
}

async function* watchOnce<T extends KubeObject>(
  source: WatchSource<T>,
  position: { resourceVersion: string },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>, Ending> {
  try {
    for await (const event of source.open(position.resourceVersion)) {
      if (event.type === "ERROR") {
        return isGone(event) ? { kind: "gone" } : { kind: "cut" };
      }
      position.resourceVersion = event.object.metadata.resourceVersion ?? position.resourceVersion;
      if (event.type !== "BOOKMARK") {
        yield { type: types[event.type], object: event.object };
      }
    }
    return { kind: "cut" };
  } catch (error) {
    signal.throwIfAborted();
    if (isKubeError(error, "Gone")) {
      return { kind: "gone" };
    }
    if (isKubeError(error) && error.transient) {
      return { kind: "failed", error };
    }
    throw error;
  }
}
