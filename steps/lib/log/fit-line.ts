import { loggable } from "./loggable.ts";

/** Container runtimes split lines at 16 kB; half of that leaves room for what they add. */
export const maxLineBytes = 8_192;

/** Room for time, level and punctuation that the writer adds around message and fields. */
const reservedBytes = 256;

export interface LineContent {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function fits(content: LineContent): boolean {
  const text = JSON.stringify(content);
  return Buffer.byteLength(text) + reservedBytes <= maxLineBytes;
}

/** Short fields of a line that was too long: what identifies it survives, what made it long does not. */
function essentials(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const short = Object.entries(fields).filter(
    ([key, value]) => key.length <= 40 && (typeof value !== "object" || value === null),
  );
  return Object.fromEntries(short.slice(0, 20).map(([key, value]) => [key, loggable(value, 100)]));
}

/** Names that the writer itself fills: a field of that name would make the line lie about its own level or time. */
const writersNames: ReadonlySet<string> = new Set(["level", "time", "msg"]);

function withoutCollisions(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Object.keys(fields).some((key) => writersNames.has(key))) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [writersNames.has(key) ? `${key}_` : key, value]),
  );
}

/** Redacted message and fields that fit into one log line of 8 kB; `truncated` marks what had to be shortened. */
export function fitLine(message: string, given: Readonly<Record<string, unknown>>): LineContent {
  const fields = withoutCollisions(given);
  for (const characters of [4_000, 1_000, 250]) {
    const content = {
      message: String(loggable(message, characters)),
      fields: loggable(fields, characters) as Readonly<Record<string, unknown>>, // a record's copy is a record
    };
    const marked = characters === 4_000 ? content : { ...content, fields: { ...content.fields, truncated: true } };
    if (fits(marked)) return marked;
  }
  return { message: String(loggable(message, 1_000)), fields: { ...essentials(fields), truncated: true } };
}
