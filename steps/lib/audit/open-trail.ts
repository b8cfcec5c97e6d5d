import { type KeyObject, sign } from "node:crypto";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../clock/clock.ts";
import { asStateError, errorCode } from "../state/state-error.ts";
import { syncDirectory } from "../state/write-file-atomically.ts";
import { keyIdOf } from "./keys.ts";
import { type AuditEntry, type AuditRecord, firstPrevious, hashOf, sha256 } from "./record.ts";
import { parseRecord } from "./verify-trail.ts";

export interface TrailOptions {
  readonly path: string;
  /** 0o664 in a Tekton workspace, 0o600 on a laptop. */
  readonly mode: number;
  readonly clock: Clock;
  /** Absent: the lines are chained, but nobody signs for them. */
  readonly key?: KeyObject;
  /** Who opens it: fills the lines that the trail writes itself. */
  readonly opened: Omit<AuditEntry, "event">;
}

export interface AuditTrail {
  /** Resolves with the line's sequence when it is on disk. Lines keep the order of the calls. */
  append(entry: AuditEntry): Promise<number>;
  /** Sequence and hash of the last line: whoever keeps it elsewhere can prove later that no line is missing at the end. */
  head(): { readonly sequence: number; readonly hash: string };
  close(): Promise<void>;
}

interface Tail {
  readonly sequence: number;
  readonly hash: string;
  /** What kills left behind the last record. */
  readonly torn: string | undefined;
  /** The last line has no end yet. */
  readonly open: boolean;
}

// One line is far shorter; a trail of years is not read whole to go on with it.
const tailBytes = 1024 * 1024;

/** The last record, which a kill may have left without the end of its line, and what stands behind it. */
async function readTail(handle: FileHandle): Promise<Tail> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - tailBytes);
  const buffer = Buffer.alloc(size - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  const text = buffer.toString("utf8", 0, bytesRead);
  const lines = text.split("\n");
  const open = lines.at(-1) !== "";
  if (!open) lines.pop();
  const records = lines.map(parseRecord);
  const index = records.findLastIndex((record) => record !== undefined);
  const last = records[index];
  const torn = lines.slice(index + 1);
  return {
    sequence: last?.sequence ?? 0,
    hash: last?.hash ?? firstPrevious,
    torn: torn.length === 0 ? undefined : torn.join("\n"),
    open,
  };
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens an append-only file of chained, signed lines and goes on where it ends. One writer at a time: the holder of the
 * operation's lock. Lines that wait while the disk is busy are written together, so that thousands of writes at once cost
 * few syncs.
 */
export async function openTrail(options: TrailOptions): Promise<AuditTrail> {
  const { path, mode, clock, key } = options;
  const keyId = key === undefined ? "" : keyIdOf(key);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const assurance = "the lines before are kept, and nothing is written to a hub that is not in the trail";
      throw asStateError(error, { path, doing: "append to", assurance });
    }
  };
  const handle = await guarded(async () => {
    await mkdir(dirname(path), { recursive: true });
    const opened = await open(path, "a+", mode);
    await opened.chmod(mode).catch((error: unknown) => {
      // Created by another user of the same group: that one set the mode.
      if (errorCode(error) !== "EPERM" && errorCode(error) !== "ENOTSUP") throw error;
    });
    await syncDirectory(dirname(path));
    return opened;
  });
  const tail = await guarded(() => readTail(handle));
  let { sequence, hash } = tail;
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let broken: unknown;

  function line(entry: AuditEntry): AuditRecord {
    const time = new Date(clock.now()).toISOString();
    const chained = { schemaVersion: "1.0", sequence: sequence + 1, time, previous: hash, keyId, ...entry } as const;
    const own = hashOf(chained);
    const signature = key === undefined ? "" : sign(null, Buffer.from(own, "hex"), key).toString("base64");
    sequence = chained.sequence;
    hash = own;
    return { ...chained, hash: own, signature };
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        // Behind a failed write the chain in memory is not that of the file: nothing may follow.
        if (broken !== undefined) throw broken;
        const lines = batch.map(({ entry }) => line(entry));
        await handle.appendFile(lines.map((record) => `${JSON.stringify(record)}\n`).join(""));
        await handle.datasync();
        batch.forEach(({ resolve }, index) => {
          resolve(lines[index]?.sequence ?? 0);
        });
      } catch (error) {
        broken = error;
        for (const { reject } of batch) reject(error);
      }
    }
    flushing = undefined;
  }

  function append(entry: AuditEntry): Promise<number> {
    return guarded(
      () =>
        new Promise<number>((resolve, reject) => {
          waiting.push({ entry, resolve, reject });
          // A turn later, so that calls of the same turn share one sync.
          flushing ??= Promise.resolve().then(flush);
        }),
    );
  }

  const { torn } = tail;
  if (tail.open) await guarded(() => handle.appendFile("\n"));
  if (torn !== undefined) {
    const left = { bytes: Buffer.byteLength(torn), sha256: sha256(torn) };
    await append({ ...options.opened, event: "torn", torn: left });
  }
  await append({ ...options.opened, event: "opened" });
  return {
    append,
    head: () => ({ sequence, hash }),
    async close() {
      await flushing;
      await handle.close();
    },
  };
}
