/** How often one object may be corrected. */
export interface BucketLimits {
  /** Corrections at once. */
  readonly capacity: number;
  /** In which as many come back, one by one; ms. */
  readonly windowMs: number;
}

/** Times are ms since the epoch. */
export interface Bucket {
  readonly tokens: number;
  readonly lastFill: number;
  readonly lastAccessed: number;
}

export interface Taken {
  readonly state: "allowed" | "throttled";
  readonly bucket: Bucket;
}

/** How long a bucket that nobody asks is worth keeping, ms. */
const idleMs = 3_600_000;

/** Whether a bucket can go: it would be full again. Pure. */
export function isIdle({ lastAccessed }: Bucket, now: number): boolean {
  return now - lastAccessed > idleMs;
}

/**
 * What of a token has come back since the last full one carries over. A clock that went back adds nothing, and a bucket
 * of an earlier run, which may have been larger, holds no more than this one's.
 */
function refill(bucket: Bucket, { capacity, windowMs }: BucketLimits, now: number): Bucket {
  const interval = windowMs / capacity;
  const back = Math.max(0, Math.floor((now - bucket.lastFill) / interval));
  const lastFill = bucket.lastFill > now ? now : bucket.lastFill + back * interval;
  return { ...bucket, tokens: Math.min(capacity, bucket.tokens + back), lastFill };
}

/** Gives a token back that was taken for a write that did not come about. Pure. */
export function returnToken(bucket: Bucket, { capacity }: BucketLimits): Bucket {
  return { ...bucket, tokens: Math.min(capacity, bucket.tokens + 1) };
}

/**
 * Takes a token for one write. Pure.
 *
 * @param bucket as the last one left it; absent for an object that was never corrected
 * @param now ms since the epoch
 */
export function takeToken(bucket: Bucket | undefined, limits: BucketLimits, now: number): Taken {
  const found = bucket ?? { tokens: limits.capacity, lastFill: now, lastAccessed: now };
  const filled = { ...refill(found, limits, now), lastAccessed: now };
  return filled.tokens < 1
    ? { state: "throttled", bucket: filled }
    : { state: "allowed", bucket: { ...filled, tokens: filled.tokens - 1 } };
}
