const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/**
 * Seconds of a duration as Go and so Kubernetes write it; `undefined` when it is none. A bare number needs a unit, `0` excepted.
 *
 * @example goDurationSeconds("1h30m") // 5400
 */
export function goDurationSeconds(text: string): number | undefined {
  if (text === "0") {
    return 0;
  }
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text) || text.length > 64) {
    return undefined;
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    seconds += Number(amount) * (unitSeconds[unit ?? ""] ?? 0);
  }
  return seconds;
}
