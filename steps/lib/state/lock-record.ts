import { createHash } from "node:crypto";
import type { ProcessIdentity } from "./process-identity.ts";
import { readLimited } from "./read-limited.ts";

/** What a lock file says about its holder. */
export interface LockRecord {
  /** PipelineRun uid, or operation id and process uuid on a laptop. */
  readonly owner: string;
  readonly pod: string;
  /** ISO-8601 UTC, as the next. */
  readonly acquiredAt: string;
  readonly heartbeatAt: string;
  readonly operation?: string;
  /** Differs for every acquisition, so that a successor names exactly the one that it succeeds. */
  readonly nonce: string;
  readonly process?: ProcessIdentity;
}

/** Records are padded to one length: a heartbeat overwrites in place, so no reader ever sees a shorter file. */
const recordBytes = 2_048;

export function serializeRecord(record: LockRecord): Buffer {
  const text = JSON.stringify(record);
  const buffer = Buffer.alloc(recordBytes, " ");
  if (Buffer.byteLength(text) >= recordBytes)
    throw new RangeError(`lock record of ${text.length} characters is too long`);
  buffer.write(text);
  buffer.write("\n", recordBytes - 1);
  return buffer;
}

function text(value: unknown, fallback: string): string {
  return typeof value === "string" && value.length <= 512 ? value : fallback;
}

function processIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, bootId, pidNamespace, pid, startTicks } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if ([host, bootId, pidNamespace, startTicks].some((field) => typeof field !== "string")) return undefined;
  return {
    host: text(host, ""),
    bootId: text(bootId, ""),
    pidNamespace: text(pidNamespace, ""),
    pid,
    startTicks: text(startTicks, ""),
  };
}

/** A nonce becomes part of a file name: anything but our own form is replaced by a hash. */
function safeNonce(nonce: unknown, content: string): string {
  if (typeof nonce === "string" && /^[0-9a-f]{16,64}$/.test(nonce)) return nonce;
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}

/** Tolerant on purpose: whatever lies there locks, and only its age can free it. */
export function parseRecord(content: string): LockRecord {
  let value: Partial<Record<keyof LockRecord, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(content);
    if (typeof parsed === "object" && parsed !== null) value = parsed;
  } catch {
    // Foreign or torn: the holder stays unknown, its age comes from the file.
  }
  const operation = text(value.operation, "");
  const holder = processIdentity(value.process);
  return {
    owner: text(value.owner, "unknown"),
    pod: text(value.pod, "unknown"),
    acquiredAt: text(value.acquiredAt, "unknown"),
    heartbeatAt: text(value.heartbeatAt, "unknown"),
    nonce: safeNonce(value.nonce, `${value.owner} ${value.acquiredAt} ${value.nonce}`),
    ...(operation === "" ? {} : { operation }),
    ...(holder === undefined ? {} : { process: holder }),
  };
}

/** Where the holder of a lock is recorded. */
export interface LockHead {
  readonly path: string;
  readonly record: LockRecord;
  /** Milliseconds since the epoch; the file's own time where the record names none. */
  readonly heartbeatAt: number;
}

/** One record of the chain. */
export async function readHead(path: string): Promise<LockHead | undefined> {
  const content = await readLimited(path, 64 * 1024);
  if (content.state === "absent") return undefined;
  const record = parseRecord(content.state === "read" ? content.bytes.toString("utf8") : "");
  const stated = Date.parse(record.heartbeatAt);
  return { path, record, heartbeatAt: Number.isNaN(stated) ? content.modifiedAt : stated };
}

/** The name that the successor of a record claims. */
export function successorPath(lockPath: string, record: LockRecord): string {
  return `${lockPath}.after-${record.nonce}`;
}

/**
 * The present holder: the record in the lock file, or, while a takeover is under way, the last of its chain of
 * successors. `undefined` = free.
 */
export async function findHead(lockPath: string): Promise<LockHead | undefined> {
  let head = await readHead(lockPath);
  for (let depth = 0; head !== undefined && depth < 64; depth += 1) {
    const next: LockHead | undefined = await readHead(successorPath(lockPath, head.record));
    if (next === undefined) break;
    head = next;
  }
  return head;
}
