import type { Clock, Random } from "../clock/clock.ts";
import { isKubeError, type KubeError } from "./kube-error.ts";

/** Five attempts, 1 s doubling to 10 s: at most 25 s of pauses in all. */
export const retryPolicy = {
  attempts: 5,
  firstDelayMs: 1000,
  maximumDelayMs: 10_000,
  maximumRetryAfterMs: 60_000,
} as const;

/**
 * Pause before try number `attempt` (2, 3, …): full jitter below the exponential bound, never shorter than what the
 * server asked for with `Retry-After`. Pure.
 */
export function retryDelayMs(attempt: number, random: number, retryAfterMs = 0): number {
  const bound = Math.min(retryPolicy.maximumDelayMs, retryPolicy.firstDelayMs * 2 ** (attempt - 2));
  return Math.max(random * bound, Math.min(retryAfterMs, retryPolicy.maximumRetryAfterMs));
}

export interface RetryEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onRetry: (error: KubeError, attempt: number, delayMs: number) => void;
}

/** Repeats `call` while it fails for passing reasons. The last failure is thrown as it is. */
export async function withRetry<T>(call: () => Promise<T>, environment: RetryEnvironment): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      environment.signal.throwIfAborted();
      if (!isKubeError(error) || !error.transient || attempt >= retryPolicy.attempts) {
        throw error;
      }
      const delay = retryDelayMs(attempt + 1, environment.random.next(), error.retryAfterMs);
      environment.onRetry(error, attempt, delay);
      await environment.clock.sleep(delay, environment.signal);
    }
  }
}
