import type { Answer } from "./classify-answer.ts";

/** A server that never repeats itself must not fill the memory. */
const maximumKept = 100;
const maximumLength = 500;

/**
 * The texts of `Warning` headers (RFC 9110: `299 - "text"`, several joined with commas), as an API server sends them for
 * deprecated versions and unknown fields. Pure.
 */
export function warningTexts(headers: Answer["headers"]): readonly string[] {
  const header = headers["warning"];
  const lines = header === undefined ? [] : typeof header === "string" ? [header] : header;
  return lines.flatMap((line) =>
    [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
      (match[1] ?? "").replace(/\\(.)/g, "$1").slice(0, maximumLength),
    ),
  );
}

/** Collects warnings, each once. */
export class Warnings {
  private readonly texts = new Set<string>();

  note(headers: Answer["headers"]): void {
    for (const text of warningTexts(headers)) {
      if (this.texts.size < maximumKept) {
        this.texts.add(text);
      }
    }
  }

  list(): readonly string[] {
    return [...this.texts];
  }
}
