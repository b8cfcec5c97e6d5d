/**
 * The only source of time in `steps/`. Injected so that a wait of an hour is tested in a millisecond and so that
 * every pause ends when its signal is aborted.
 */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. Compare with server timestamps only with skew in mind. */
  now(): number;
  /** Monotonic milliseconds, for durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with `signal.reason` as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The only source of randomness in `steps/` (jitter, temporary names, run ids). */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
}
