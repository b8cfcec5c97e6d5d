import { type ErrorText, FairleadError } from "../errors/fairlead-error.ts";

/** Why a call failed; decided from the HTTP status and the Status object, never from prose, with two noted exceptions. */
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
}

const transient: ReadonlySet<KubeReason> = new Set([
  "TooManyRequests",
  "ServerError",
  "WebhookUnavailable",
  "Timeout",
  "Unreachable",
  "BadResponse",
]);

/** A call to an API server that failed for good, or for longer than its retries. */
export class KubeError extends FairleadError {
  override readonly name = "KubeError";
  readonly reason: KubeReason;
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** The server's own words, for callers that show them. */
  readonly serverMessage: string;

  constructor(text: ErrorText, failure: KubeFailure, cause?: unknown) {
    super(text, cause === undefined ? {} : { cause });
    this.reason = failure.reason;
    this.status = failure.status;
    this.retryAfterMs = failure.retryAfterMs;
    this.serverMessage = failure.message;
  }

  /** A later try may succeed without anybody changing anything. */
  get transient(): boolean {
    return transient.has(this.reason);
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

  constructor(text: ErrorText, failure: KubeFailure, conflicts: readonly FieldConflict[]) {
    super(text, failure);
    this.conflicts = conflicts;
  }
}

export function isKubeError(error: unknown, ...reasons: readonly KubeReason[]): error is KubeError {
  return error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
}
