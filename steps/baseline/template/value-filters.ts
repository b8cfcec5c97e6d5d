// Filters that judge what users write in annotations. A value that is wrong is an error where the asset goes without it
// would surprise, and empty where the asset has no meaning without it.

// A node of 8,192 CPUs is more than Linux 6 is built for.
const maxCpu = 8191;
const cpuRange = /^(0|[1-9]\d{0,3})(?:-(0|[1-9]\d{0,3}))?$/;

function isCpuRange(text: string): boolean {
  const found = cpuRange.exec(text);
  if (found === null) return false;
  const first = Number(found[1]);
  const last = found[2] === undefined ? first : Number(found[2]);
  return first <= last && last <= maxCpu;
}

/** A list of CPUs as the kubelet takes it (`0-1,52-53`); an empty text for anything else. Pure. */
export function cpuset(value: unknown): string {
  const text = typeof value === "string" ? value.trim() : "";
  return text.split(",").every(isCpuRange) ? text : "";
}

/**
 * A whole number, of a text. Pure.
 *
 * @param origin where its user wrote it
 */
export function wholeNumber(value: unknown, least: unknown, most: unknown, origin: unknown): number {
  const text = typeof value === "string" ? value.trim() : "";
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= Number(least) && number <= Number(most)) return number;
  throw new Error(`${origin} is ${JSON.stringify(value)}, and takes a whole number from ${least} to ${most}`);
}
