import type { Clock, Random } from "../clock/clock.ts";
import { isKubeError, type KubeError } from "./kube-error.ts";

/** Five attempts, 1 s doubling to 10 s: at most 15 s of pauses in all, unless the server asks for more. */
export const retryPolicy = {
  attempts: 5,
  firstDelayMs: 1000,
  maximumDelayMs: 10_000,
  maximumRetryAfterMs: 60_000,
} as const;

/**
 * Pause before try number `attempt` (2, 3, …): full jitter below the exponential bound, never shorter than what the
 * server asked for with `Retry-After`, which itself counts up to a minute. Pure.
 *
 * @param random in [0, 1)
 */
export function retryDelayMs(attempt: number, random: number, retryAfterMs = 0): number {
  const bound = Math.min(retryPolicy.maximumDelayMs, retryPolicy.firstDelayMs * 2 ** (attempt - 2));
  return Math.max(random * bound, Math.min(retryAfterMs, retryPolicy.maximumRetryAfterMs));
}

export interface RetryEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Default 5. */
  readonly attempts?: number;
  /** Whether sending the call a second time is safe, even if the first one was carried out and only its answer was lost. */
  readonly repeatable: boolean;
  readonly onRetry: (error: KubeError, attempt: number, delayMs: number) => void;
}

/** Repeats `call` while it fails for passing reasons and repeating is safe. The last failure is thrown as it is. */
export async function withRetry<T>(call: () => Promise<T>, environment: RetryEnvironment): Promise<T> {
  const { clock, random, signal, repeatable, attempts = retryPolicy.attempts } = environment;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const hopeful = isKubeError(error) && error.transient && (repeatable || !error.unclear);
      if (!hopeful || attempt >= attempts) {
        throw error;
      }
      const delay = retryDelayMs(attempt + 1, random.next(), error.retryAfterMs);
      environment.onRetry(error, attempt, delay);
      await clock.sleep(delay, signal);
    }
  }
}
