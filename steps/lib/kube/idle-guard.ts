import type { Clock } from "../clock/clock.ts";

export interface IdleGuard {
  readonly idleMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onIdle: () => Error;
}

/**
 * Passes chunks on and ends with `onIdle()`'s error when none came for `idleMs`: a connection whose other end is gone
 * without a word (half closed) would otherwise be waited on for ever. The time that the consumer takes does not count.
 * The source is left as it is; whoever opened it closes it.
 */
export async function* guardIdle(chunks: AsyncIterable<Uint8Array>, guard: IdleGuard): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await withinIdleTime(iterator.next(), guard);
    if (next.done === true) {
      return;
    }
    yield next.value;
  }
}

async function withinIdleTime<T>(next: Promise<T>, { idleMs, clock, signal, onIdle }: IdleGuard): Promise<T> {
  const settled = new AbortController();
  const idle = clock.sleep(idleMs, AbortSignal.any([signal, settled.signal])).then(() => {
    throw onIdle();
  });
  // Whichever loses the race has no other listener.
  next.catch(() => undefined);
  idle.catch(() => undefined);
  try {
    return await Promise.race([next, idle]);
  } finally {
    settled.abort();
  }
}
