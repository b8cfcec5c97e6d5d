const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

/** Pause before a run is tried again, ms: grows with each failure, with jitter above a half. Pure. */
export function pauseAfterFailures(failures: number, random: number): number {
  const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
  return bound / 2 + (random * bound) / 2;
}
