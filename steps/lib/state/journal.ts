import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../clock/clock.ts";
import { asStateError, errorCode } from "./state-error.ts";
import { syncDirectory } from "./write-file-atomically.ts";

export interface JournalOptions {
  readonly path: string;
  /** 0o664 in a Tekton workspace, 0o600 on a laptop. */
  readonly mode: number;
  readonly clock: Clock;
  /** Bytes of one file; a full one becomes `<path>.1`, so that both together stay below twice this. Default 8 MiB. */
  readonly maxBytes?: number;
}

/** One line. `event` says what happened; the rest names where. */
export interface JournalEntry {
  readonly event: string;
  readonly [key: string]: unknown;
}

export interface Journal {
  /** Resolves when the line is on disk. Lines keep the order of the calls. */
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

const defaultMaxBytes = 8 * 1024 * 1024;
/** One text of an entry: enough for a server's answer, too little for a hostile one to fill the volume. */
const maxTextLength = 4_000;

function cutLongTexts(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.length > maxTextLength ? `${value.slice(0, maxTextLength)}…` : value;
}

async function openForAppend(path: string, mode: number): Promise<FileHandle> {
  const handle = await open(path, "a+", mode);
  try {
    await handle.chmod(mode).catch((error: unknown) => {
      // Created by another user of the same group: that one set the mode.
      if (errorCode(error) !== "EPERM" && errorCode(error) !== "ENOTSUP") throw error;
    });
    await syncDirectory(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** True when the last line was torn by a kill or a full disk, so that the next must start on a line of its own. */
async function endsTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last.toString("latin1") !== "\n";
}

/**
 * Opens an append-only file of JSON lines, each on disk before `append` resolves. One writer at a time (the holder of
 * the lock). A line that a kill tore is left behind and skipped by {@link readJournal}.
 *
 * @example await journal.append({ event: "intent", phase: "activation", step: "activate_managed_clusters", what: "patch Restore ns/name" });
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { path, mode, clock } = options;
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const context = { path, doing: "append to", assurance: "the lines before are kept, nothing is lost" };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asStateError(error, context);
    }
  };

  let handle = await guarded(async () => {
    await mkdir(dirname(path), { recursive: true });
    return openForAppend(path, mode);
  });
  let torn = await guarded(() => endsTorn(handle));
  let queue: Promise<void> = Promise.resolve();

  async function rotateIfFull(bytes: number): Promise<void> {
    const { size } = await handle.stat();
    if (size === 0 || size + bytes <= maxBytes) return;
    await rename(path, `${path}.1`).catch((error: unknown) => {
      // An earlier rotation was cut short between its two halves: the full file already has its new name.
      if (errorCode(error) !== "ENOENT") throw error;
    });
    const next = await openForAppend(path, mode);
    await handle.close();
    handle = next;
    torn = false;
  }

  async function appendLine(entry: JournalEntry): Promise<void> {
    const line = `${JSON.stringify({ time: new Date(clock.now()).toISOString(), ...entry }, cutLongTexts)}\n`;
    await rotateIfFull(Buffer.byteLength(line));
    const text = torn ? `\n${line}` : line;
    torn = true;
    await handle.appendFile(text);
    torn = false;
    await handle.datasync();
  }

  return {
    append(entry) {
      const written = queue.then(() => guarded(() => appendLine(entry)));
      // The caller of `append` gets the failure; the queue only keeps the order.
      queue = written.catch(() => undefined);
      return written;
    },
    async close() {
      await queue;
      await handle.close();
    },
  };
}
