const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** What {@link durationMs} reads, as a pattern for parameters. */
export const durationPattern = "^([0-9]{1,9}(ms|s|m|h))+$";

/** The same above zero. */
export const positiveDurationPattern = `^(?=.*[1-9])${durationPattern.slice(1)}`;

/**
 * Milliseconds of a duration as Kubernetes and Tekton write it. Pure.
 *
 * @param text that fits {@link durationPattern}
 * @example durationMs("1h30m") // 5_400_000
 */
export function durationMs(text: string): number {
  const parts = text.matchAll(/([0-9]+)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count = "", unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}
