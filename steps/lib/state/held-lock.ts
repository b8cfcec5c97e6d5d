import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FairleadError } from "../errors/fairlead-error.ts";
import type { FileLockOptions } from "./lock-options.ts";
import { findHead, type LockRecord, serializeRecord } from "./lock-record.ts";
import { ownProcess } from "./process-identity.ts";
import { errorCode } from "./state-error.ts";
import { syncDirectory } from "./write-file-atomically.ts";

export interface FileLock {
  readonly path: string;
  /** Whose lock this was, when it was taken over. */
  readonly takenOverFrom?: LockRecord;
  /** One stat call; before each write of an operation it keeps out a process that slept through its own takeover. @throws FairleadError STATE-09 */
  assertHeld(): Promise<void>;
  /** Stops the heartbeat and leaves the lock to the next Task of the same owner. */
  detach(): Promise<void>;
  /** Stops the heartbeat and frees the lock, if it is still this owner's. */
  release(): Promise<void>;
}

/**
 * Writes go through one descriptor: after a takeover they reach the old, nameless file and cannot harm the new
 * holder's. Whether the name still leads to our file is then a comparison of inodes.
 */
async function isOurs(path: string, handle: FileHandle): Promise<boolean> {
  const own = await handle.stat({ bigint: true });
  try {
    const named = await stat(path, { bigint: true });
    return named.ino === own.ino && named.dev === own.dev;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ESTALE") return false;
    throw error;
  }
}

function lostError(path: string, holder: LockRecord | undefined): FairleadError {
  const now =
    holder === undefined ? "nobody holds it now" : `owner "${holder.owner}" (pod "${holder.pod}") holds it now`;
  return new FairleadError({
    id: "STATE-09",
    what: `this run lost its lock ${path}`,
    why: `${now}; this process must have stood still for longer than a lock lives, or the file was removed by hand`,
    fix: "let the other run end, then resume this operation",
  });
}

/** Opens the lock file as its holder; `undefined` when it is no longer the record's. */
async function openOwn(path: string, record: LockRecord): Promise<FileHandle | undefined> {
  try {
    const handle = await open(path, "r+");
    const head = await findHead(path);
    if (head?.path === path && head.record.nonce === record.nonce && (await isOurs(path, handle))) return handle;
    await handle.close();
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  return undefined;
}

/** Starts the heartbeat of a lock just won; `undefined` when it was lost in the same instant. */
export async function holdLock(path: string, won: LockRecord, options: FileLockOptions): Promise<FileLock | undefined> {
  const { clock, log } = options;
  const opened = await openOwn(path, won);
  if (opened === undefined) return undefined;
  const handle = opened;
  const process = await ownProcess();
  const record: LockRecord = { ...won, pod: options.pod, ...(process === undefined ? {} : { process }) };
  const stop = new AbortController();

  async function beat(): Promise<void> {
    const content = serializeRecord({ ...record, heartbeatAt: new Date(clock.now()).toISOString() });
    await handle.write(content, 0, content.length, 0);
    await handle.datasync();
  }

  async function assertHeld(): Promise<void> {
    if (!(await isOurs(path, handle))) throw lostError(path, (await findHead(path))?.record);
  }

  async function heartbeat(): Promise<void> {
    for (;;) {
      await clock.sleep(options.heartbeatMs ?? 10_000, stop.signal);
      try {
        await assertHeld();
        await beat();
      } catch (error) {
        if (error instanceof FairleadError) {
          options.onLost(error);
          return;
        }
        // A volume that hiccups: the lock lives for many heartbeats, and the next one tells more.
        log.warn(`could not renew lock ${path}: ${String(error)}`);
      }
    }
  }

  await beat();
  // A contender that judged the old heartbeat may have claimed the succession before it saw this one.
  // Chain first, name second: a claim that is no longer in the chain has become the named file.
  const head = await findHead(path);
  if (head?.record.nonce !== record.nonce || !(await isOurs(path, handle))) {
    await handle.close();
    return undefined;
  }
  const beating = heartbeat().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });

  async function detach(): Promise<void> {
    if (stop.signal.aborted) return;
    stop.abort();
    await beating;
    await handle.close();
  }

  async function release(): Promise<void> {
    if (stop.signal.aborted) return;
    stop.abort();
    await beating;
    try {
      if (await isOurs(path, handle)) {
        await rm(path, { force: true });
        await syncDirectory(dirname(path));
      }
    } finally {
      await handle.close();
    }
  }

  return { path, assertHeld, detach, release };
}
