import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";

/** What tests read of an audit.k8s.io/v1 Event at level Metadata. A watch yields two: ResponseStarted, ResponseComplete. */
export interface AuditEvent {
  readonly auditID: string;
  readonly stage: "ResponseStarted" | "ResponseComplete" | "Panic";
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; HTTP method for other paths. */
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string; readonly groups?: readonly string[] };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly reason?: string; readonly message?: string };
  readonly requestReceivedTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The server's own loopback client works all the time: its calls are nobody's concern and would bury the rest. */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: ["system:apiserver"]
  - level: Metadata
`;

/** A part of a log, read once: a server that many tests share has written far more than the last one asks for. */
export interface AuditLogPart {
  readonly events: readonly AuditEvent[];
  /** Bytes of the file up to here; the next part begins there. */
  readonly end: number;
}

/** The events written since `from`; a last line that is still being written is left out. */
export async function readAuditLog(file: string, from = 0): Promise<AuditLogPart> {
  const bytes = await readIfPresent(file, from);
  const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
  const lines = whole.toString("utf8").split("\n");
  return { events: lines.filter((line) => line !== "").map(parseEvent), end: from + whole.length };
}

/**
 * All events since `from` of calls that ended before this one. A client may have its answer before the event is on disk,
 * hence a marker call is sent behind it: once that is in the log, the log is complete.
 *
 * @param callServer makes any request with the header `Audit-ID` of that value
 */
export async function completeAuditLog(
  file: string,
  callServer: (auditId: string) => Promise<unknown>,
  from = 0,
): Promise<AuditLogPart> {
  const marker = randomUUID();
  await callServer(marker);
  const deadline = performance.now() + 10_000;
  for (;;) {
    const { events, end } = await readAuditLog(file, from);
    const others = events.filter((event) => event.auditID !== marker);
    if (others.length < events.length) return { events: others, end };
    if (performance.now() > deadline) throw new Error(`the API server writes no audit log to ${file}`);
    await pause(10);
  }
}

function parseEvent(line: string): AuditEvent {
  // kube-apiserver's JSON log writes one audit.k8s.io/v1 Event a line; the fields above are part of that API.
  return JSON.parse(line) as AuditEvent;
}

async function readIfPresent(file: string, start: number): Promise<Buffer> {
  try {
    return await buffer(createReadStream(file, { start }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0); // a stream of a file fails with system errors only
    throw error;
  }
}
