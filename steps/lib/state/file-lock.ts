import { link, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FairleadError } from "../errors/fairlead-error.ts";
import { type FileLock, holdLock } from "./held-lock.ts";
import { defaultExpiryMs, type FileLockOptions } from "./lock-options.ts";
import { findHead, type LockHead, type LockRecord, readHead, serializeRecord, successorPath } from "./lock-record.ts";
import { isProcessGone, ownProcess } from "./process-identity.ts";
import { asStateError, errorCode } from "./state-error.ts";
import { syncDirectory, temporaryName, writeNewFile } from "./write-file-atomically.ts";

/** Volumes without hard links (CIFS, many FUSE drivers) answer one of these. */
const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
const maxAttempts = 400;

/** The laptop's proof that an owner is gone. */
export async function isLocalOwnerGone(holder: LockRecord): Promise<boolean> {
  return holder.process !== undefined && (await isProcessGone(holder.process));
}

type Judgement = "live" | "gone" | "expired";

async function judge(head: LockHead, options: FileLockOptions): Promise<Judgement> {
  if (head.record.operation === options.operation && (await options.isOwnerGone(head.record))) return "gone";
  const age = options.clock.now() - head.heartbeatAt;
  return age > (options.expiryMs ?? defaultExpiryMs) ? "expired" : "live";
}

function refusal(lockPath: string, head: LockHead, options: FileLockOptions): FairleadError {
  const { owner, pod, acquiredAt } = head.record;
  const age = Math.max(0, Math.round((options.clock.now() - head.heartbeatAt) / 1000));
  const expiry = Math.round((options.expiryMs ?? defaultExpiryMs) / 1000);
  return new FairleadError(
    {
      id: "STATE-08",
      what: `${lockPath} is held by owner "${owner}" (pod "${pod}") since ${acquiredAt}`,
      why: `its last heartbeat was ${age} s ago, and two runs must not work on the same state`,
      fix: `wait until that run has ended, or cancel it; a lock without heartbeat for ${expiry} s is taken over`,
    },
    options.refusedExitCode === undefined ? {} : { exitCode: options.refusedExitCode },
  );
}

async function newRecord(options: FileLockOptions): Promise<LockRecord> {
  const now = new Date(options.clock.now()).toISOString();
  const process = await ownProcess();
  const { owner, pod, operation, random } = options;
  const base = { owner, pod, acquiredAt: now, heartbeatAt: now, operation, nonce: random.hex(16) };
  return process === undefined ? base : { ...base, process };
}

/**
 * Creates `path` with its content in one step: a lock must never be seen empty, and exactly one of several contenders
 * may succeed. Where the volume has no hard links, an exclusive create is followed by the write.
 */
async function createExclusively(path: string, record: LockRecord, options: FileLockOptions): Promise<boolean> {
  const temporary = temporaryName(path, options.random);
  const content = serializeRecord(record);
  try {
    await writeNewFile(temporary, content, options.mode);
    await link(temporary, path).catch((error: unknown) => {
      if (!noHardLinks.has(errorCode(error) ?? "")) throw error;
      return writeNewFile(path, content, options.mode);
    });
    return true;
  } catch (error) {
    // ENOENT: a holder swept our temporary name; the next attempt makes another.
    if (errorCode(error) === "EEXIST" || errorCode(error) === "ENOENT") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What killed processes left: void claims, and temporary names too old to be in use. Only the holder may call it. */
async function sweep(lockPath: string, own: LockRecord, options: FileLockOptions): Promise<void> {
  const directory = dirname(lockPath);
  const lockName = basename(lockPath);
  const fileName = basename(lockPath, ".lock");
  const keep = basename(successorPath(lockPath, own));
  const oldest = options.clock.now() - (options.expiryMs ?? defaultExpiryMs);
  for (const entry of await readdir(directory)) {
    const path = join(directory, entry);
    if (entry.startsWith(`${lockName}.after-`) && !entry.startsWith(keep)) await rm(path, { force: true });
    else if (entry.startsWith(`${fileName}.`) && /\.tmp-[0-9a-f]{16}$/.test(entry)) await removeIfOlder(path, oldest);
  }
}

async function removeIfOlder(path: string, oldest: number): Promise<void> {
  try {
    if ((await stat(path)).mtimeMs < oldest) await rm(path, { force: true });
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/**
 * Succeeds a stale holder. The claim is a file named after the holder's nonce, created exclusively: only one contender
 * gets it. Then everything is looked at again, because the first look may have been overtaken.
 */
async function succeed(lockPath: string, stale: LockHead, options: FileLockOptions): Promise<LockRecord | undefined> {
  const record = await newRecord(options);
  const claim = successorPath(lockPath, stale.record);
  if (!(await createExclusively(claim, record, options))) return undefined;
  const head = await findHead(lockPath);
  const before = await readHead(stale.path);
  const stillStale = before?.record.nonce === stale.record.nonce && (await judge(before, options)) !== "live";
  if (head?.record.nonce !== record.nonce || !stillStale) {
    await rm(claim, { force: true });
    return undefined;
  }
  return establish(lockPath, claim, record);
}

/** Gives a claim the lock's name. Also done by the same owner's next process, when a kill came between. */
async function establish(lockPath: string, claim: string, record: LockRecord): Promise<LockRecord | undefined> {
  try {
    await rename(claim, lockPath);
    await syncDirectory(dirname(lockPath));
    return record;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

interface Attempt {
  readonly record: LockRecord;
  readonly takenOverFrom?: LockRecord;
}

async function attempt(lockPath: string, options: FileLockOptions): Promise<Attempt | undefined> {
  const head = await findHead(lockPath);
  if (head === undefined) {
    const record = await newRecord(options);
    return (await createExclusively(lockPath, record, options)) ? { record } : undefined;
  }
  if (head.record.owner === options.owner) {
    const record = head.path === lockPath ? head.record : await establish(lockPath, head.path, head.record);
    return record === undefined ? undefined : { record };
  }
  const judgement = await judge(head, options);
  if (judgement === "live") throw refusal(lockPath, head, options);
  const record = await succeed(lockPath, head, options);
  if (record === undefined) return undefined;
  const { owner, pod } = head.record;
  const message = `took over lock ${lockPath} from owner "${owner}" (pod "${pod}")`;
  if (judgement === "gone") options.log.info(`${message}, which no longer runs`);
  else options.log.warn(`${message}, which gave no sign of life since ${new Date(head.heartbeatAt).toISOString()}`);
  return { record, takenOverFrom: head.record };
}

/**
 * Takes `<file>.lock` for a run. The lock survives the process (`detach`), so that the Tasks of one PipelineRun share
 * it, and ends with `release`. No flock: it is unreliable on network file systems, and each Task is another process.
 *
 * Mutual exclusion rests on exclusive creation alone, also while stale locks are taken over, and holds for every
 * interleaving of any number of contenders and for kills at every instant, as long as no live process stands still
 * for longer than `expiryMs`.
 *
 * @throws FairleadError STATE-08 when a live owner has it, STATE-01…04 when the volume refuses
 */
export async function acquireFileLock(file: string, options: FileLockOptions): Promise<FileLock> {
  const lockPath = `${file}.lock`;
  try {
    await mkdir(dirname(lockPath), { recursive: true });
    for (let count = 0; count < maxAttempts; count += 1) {
      options.signal.throwIfAborted();
      const won = await attempt(lockPath, options);
      const lock = won === undefined ? undefined : await holdLock(lockPath, won.record, options);
      if (won !== undefined && lock !== undefined) {
        await sweep(lockPath, won.record, options);
        return won.takenOverFrom === undefined ? lock : { ...lock, takenOverFrom: won.takenOverFrom };
      }
      await options.clock.sleep(1 + options.random.next() * 20, options.signal);
    }
  } catch (error) {
    throw asStateError(error, { path: lockPath, doing: "lock", assurance: "nothing was changed" });
  }
  throw new FairleadError({
    id: "STATE-10",
    what: `could not lock ${lockPath}`,
    why: `other processes took and freed it ${maxAttempts} times meanwhile`,
    fix: "find out what else starts runs on this state, then run again",
  });
}
