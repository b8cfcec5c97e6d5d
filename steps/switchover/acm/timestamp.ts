/** Timestamps of objects have whole seconds. */
export const timestampGranularityMs = 1000;

/** Milliseconds since the epoch of an RFC 3339 text; `undefined` when absent or not a time. */
export function parseTime(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
