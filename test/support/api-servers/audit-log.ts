import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
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

/** All events written so far; a last line that is still being written is left out. */
export async function readAuditLog(file: string): Promise<readonly AuditEvent[]> {
  const text = await readIfPresent(file);
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map(parseEvent);
}

/**
 * All events of calls that ended before this one. A client may have its answer before the event is on disk, hence a
 * marker call is sent behind it: once that is in the log, the log is complete.
 *
 * @param callServer makes any request with the header `Audit-ID` of that value
 */
export async function completeAuditLog(
  file: string,
  callServer: (auditId: string) => Promise<unknown>,
): Promise<readonly AuditEvent[]> {
  const marker = randomUUID();
  await callServer(marker);
  const deadline = performance.now() + 10_000;
  for (;;) {
    const events = await readAuditLog(file);
    if (events.some((event) => event.auditID === marker)) return events.filter((event) => event.auditID !== marker);
    if (performance.now() > deadline) throw new Error(`the API server writes no audit log to ${file}`);
    await pause(10);
  }
}

function parseEvent(line: string): AuditEvent {
  // kube-apiserver's JSON log writes one audit.k8s.io/v1 Event a line; the fields above are part of that API.
  return JSON.parse(line) as AuditEvent;
}

async function readIfPresent(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""; // readFile rejects with system errors only
    throw error;
  }
}
