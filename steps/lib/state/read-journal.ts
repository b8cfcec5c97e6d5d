import { open } from "node:fs/promises";
import { asStateError, errorCode } from "./state-error.ts";

export interface JournalLine {
  /** ISO-8601 UTC. */
  readonly time: string;
  readonly event: string;
  readonly [key: string]: unknown;
}

export interface JournalContent {
  /** Oldest first. */
  readonly lines: readonly JournalLine[];
  /** Lines torn by a kill or a full disk, or written by something else. */
  readonly unreadable: number;
  /** True when older lines were left out because of the limit. */
  readonly cut: boolean;
}

function parseLine(text: string): JournalLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("time" in value) || !("event" in value)) return undefined;
    const { time, event } = value;
    return typeof time === "string" && typeof event === "string" ? { ...value, time, event } : undefined;
  } catch {
    return undefined;
  }
}

/** The last `maxBytes` of a file, from the first whole line on. */
async function readTail(path: string, maxBytes: number): Promise<{ text: string; cut: boolean }> {
  try {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - maxBytes);
      const buffer = Buffer.alloc(size - start);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      const text = buffer.toString("utf8", 0, bytesRead);
      return start === 0 ? { text, cut: false } : { text: text.slice(text.indexOf("\n") + 1), cut: true };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { text: "", cut: false };
    throw asStateError(error, { path, doing: "read", assurance: "nothing was changed" });
  }
}

/**
 * Reads back what {@link openJournal} wrote, the rotated predecessor included, newest `maxBytes` of each (default 16 MiB).
 * An absent journal is empty.
 */
export async function readJournal(path: string, maxBytes: number = 16 * 1024 * 1024): Promise<JournalContent> {
  const parts = [await readTail(`${path}.1`, maxBytes), await readTail(path, maxBytes)];
  const texts = parts.flatMap(({ text }) => text.split("\n")).filter((text) => text.trim() !== "");
  const lines = texts.map(parseLine).filter((line) => line !== undefined);
  return { lines, unreadable: texts.length - lines.length, cut: parts.some(({ cut }) => cut) };
}
