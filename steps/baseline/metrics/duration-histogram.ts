/** How long something took each time, over many runs. */
export interface DurationHistogram {
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  /** Observations of at most each bound, and more than the one before it. */
  readonly buckets: readonly number[];
}

/** Upper bounds of the buckets, seconds. */
export const durationBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export const noDurations: DurationHistogram = { count: 0, sum: 0, buckets: durationBounds.map(() => 0) };

/**
 * A histogram with one more observation. One that was stored with other bounds begins anew, which Prometheus takes for
 * the restart of a counter. Pure.
 */
export function observe(known: DurationHistogram | undefined, seconds: number): DurationHistogram {
  const { count, sum, buckets } = known?.buckets.length === durationBounds.length ? known : noDurations;
  const place = durationBounds.findIndex((bound) => seconds <= bound);
  return {
    count: count + 1,
    sum: sum + seconds,
    buckets: buckets.map((found, index) => (index === place ? found + 1 : found)),
  };
}
