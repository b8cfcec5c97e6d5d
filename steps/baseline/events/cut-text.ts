import { createHash } from "node:crypto";

/** The first hexadecimal digits of a text's hash. Pure. */
export function shortHash(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}

const digits = 8;

/** As many whole characters as have room in so many bytes. */
function beginning(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  let end = Math.min(bytes, buffer.length);
  // The following bytes of a character in UTF-8 are 10xxxxxx.
  while (end > 0 && end < buffer.length && ((buffer[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return buffer.subarray(0, end).toString("utf8");
}

/**
 * A text of at most so many bytes. One that is longer ends with a hash of the whole, so that texts that differ only
 * further on still differ. Pure.
 */
export function cutText(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const suffix = `…${shortHash(text, digits)}`;
  return `${beginning(text, bytes - Buffer.byteLength(suffix))}${suffix}`;
}
