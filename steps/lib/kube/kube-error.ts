import { type ErrorText, FairleadError } from "../errors/fairlead-error.ts";
import type { Resource } from "./types.ts";

/** Why a call failed; decided from the HTTP status and the Status object, from prose only where `classify-answer` says so. */
export type KubeReason =
  | "Unauthorized"
  | "Forbidden"
  | "AdmissionDenied"
  | "NotFound"
  | "KindAbsent"
  | "Conflict"
  | "AlreadyExists"
  | "Gone"
  | "Invalid"
  | "TooManyRequests"
  | "ServerError"
  | "WebhookUnavailable"
  | "Timeout"
  | "Unreachable"
  | "TlsFailed"
  | "BadResponse";

export interface KubeFailure {
  readonly reason: KubeReason;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** The server's or the network's own words. */
  readonly message: string;
  /** `Retry-After` in milliseconds. */
  readonly retryAfterMs?: number;
  /** The server has not acted on the request: it was never sent, or refused before any work. */
  readonly untouched?: true;
  /** Would fail the same way again, although its reason often passes. */
  readonly lasting?: true;
  /** The answer was larger than the client takes. */
  readonly oversized?: true;
  /** The time of the login is over; `message` says since when. */
  readonly expired?: true;
}

/** What was attempted. */
export interface Attempt {
  /** Name of the client: `primary`. */
  readonly target: string;
  readonly server: string;
  /** API verb: `get`, `list`, `create`, `update`, `patch`, `delete`, `watch`. */
  readonly verb: string;
  readonly resource?: Resource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const transient: ReadonlySet<KubeReason> = new Set([
  "TooManyRequests",
  "ServerError",
  "WebhookUnavailable",
  "Timeout",
  "Unreachable",
  "BadResponse",
]);

// Decided by the server before it looked at the object, so that sending a write again cannot do it twice.
const beforeAnyWork: ReadonlySet<KubeReason> = new Set([
  "Unauthorized",
  "Forbidden",
  "AdmissionDenied",
  "NotFound",
  "KindAbsent",
  "Conflict",
  "AlreadyExists",
  "Gone",
  "Invalid",
  "TooManyRequests",
  "WebhookUnavailable",
  "TlsFailed",
]);

/** A call to an API server that failed for good, or for longer than its retries. */
export class KubeError extends FairleadError {
  override readonly name = "KubeError";
  readonly reason: KubeReason;
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** The server's own words, for callers that show them. */
  readonly serverMessage: string;
  readonly attempt: Attempt | undefined;
  readonly failure: KubeFailure;

  constructor(text: ErrorText, failure: KubeFailure, attempt?: Attempt, cause?: unknown) {
    super(text, cause === undefined ? {} : { cause });
    this.reason = failure.reason;
    this.status = failure.status;
    this.retryAfterMs = failure.retryAfterMs;
    this.serverMessage = failure.message;
    this.attempt = attempt;
    this.failure = failure;
  }

  /** A later try may succeed without anybody changing anything. */
  get transient(): boolean {
    return transient.has(this.reason) && this.failure.lasting !== true;
  }

  /** If this was a write, it may have been carried out nevertheless: its answer was lost. */
  get unclear(): boolean {
    return !beforeAnyWork.has(this.reason) && this.failure.untouched !== true;
  }
}

/** One field that another manager owns. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

/** A server-side apply that met fields of other managers. */
export class KubeConflictError extends KubeError {
  readonly conflicts: readonly FieldConflict[];

  constructor(text: ErrorText, failure: KubeFailure, attempt: Attempt, conflicts: readonly FieldConflict[]) {
    super(text, failure, attempt);
    this.conflicts = conflicts;
  }
}

export function isKubeError(error: unknown, ...reasons: readonly KubeReason[]): error is KubeError {
  return error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
}
