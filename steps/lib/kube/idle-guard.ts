import type { Clock } from "../clock/clock.ts";

/**
 * Passes chunks on and ends with `onIdle()`'s error when none came for `idleMs`: a connection whose other end is gone
 * without a word (half closed) would otherwise be waited on for ever.
 */
export async function* guardIdle(
  chunks: AsyncIterable<Uint8Array>,
  options: {
    readonly idleMs: number;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onIdle: () => Error;
  },
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const settled = new AbortController();
      const signal = AbortSignal.any([options.signal, settled.signal]);
      const idle = options.clock.sleep(options.idleMs, signal).then(
        (): "idle" => "idle",
        (): "settled" => "settled",
      );
      const next = iterator.next();
      // The read that loses the race is closed below; its late rejection has no other listener.
      next.catch(() => undefined);
      const first = await Promise.race([next, idle]);
      settled.abort();
      options.signal.throwIfAborted();
      if (first === "idle" || first === "settled") {
        throw options.onIdle();
      }
      if (first.done === true) {
        return;
      }
      yield first.value;
    }
  } finally {
    await iterator.return?.();
  }
}
