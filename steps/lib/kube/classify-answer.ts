import type { FieldConflict, KubeFailure, KubeReason } from "./kube-error.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

interface StatusCause {
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly field?: unknown;
}

interface StatusObject {
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly name?: unknown; readonly causes?: readonly StatusCause[] };
}

function parseStatus(body: string): StatusObject | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    // Fields are read one by one with their types checked.
    return typeof parsed === "object" && parsed !== null ? (parsed as StatusObject) : undefined;
  } catch {
    return undefined;
  }
}

const byStatus: Readonly<Record<number, KubeReason>> = {
  400: "Invalid",
  401: "Unauthorized",
  403: "Forbidden",
  405: "Invalid",
  408: "Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Invalid",
  415: "Invalid",
  422: "Invalid",
  429: "TooManyRequests",
  504: "Timeout",
};

// A refusal by an admission plugin is a 403 too; only its text tells it from a missing permission (Kubernetes 1.35).
const admission = /admission webhook .+ denied the request|ValidatingAdmissionPolicy .+ denied request/;

function reasonOf(status: number, message: string, object: StatusObject | undefined): KubeReason {
  if (status === 403 && admission.test(message)) {
    return "AdmissionDenied";
  }
  if (status === 422 && admission.test(message)) {
    return "AdmissionDenied";
  }
  if (status === 409 && object?.reason === "AlreadyExists") {
    return "AlreadyExists";
  }
  if (status === 404) {
    // For an unknown kind the server answers plain text "404 page not found", or a Status without the object's name.
    return object === undefined || object.details?.name === undefined ? "KindAbsent" : "NotFound";
  }
  if (status >= 500 && message.includes("failed calling webhook")) {
    return "WebhookUnavailable";
  }
  return byStatus[status] ?? (status >= 500 ? "ServerError" : "BadResponse");
}

function retryAfter(answer: Answer, now: number): number | undefined {
  const header = answer.headers["retry-after"];
  if (typeof header !== "string") {
    return undefined;
  }
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Turns an answer that is no success into a failure. Pure. `now` (ms since the epoch) reads a `Retry-After` date. */
export function classifyAnswer(answer: Answer, now: number): KubeFailure {
  const object = parseStatus(answer.body);
  const message = typeof object?.message === "string" ? object.message : answer.body.trim().slice(0, 500);
  const wait = retryAfter(answer, now);
  return {
    reason: reasonOf(answer.status, message, object),
    status: answer.status,
    message: message === "" ? `HTTP ${answer.status}` : message,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** The fields that stopped a server-side apply, by manager. Pure. */
export function fieldConflicts(body: string): readonly FieldConflict[] {
  return (parseStatus(body)?.details?.causes ?? [])
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => ({
      field: String(cause.field ?? ""),
      manager: /conflict with "([^"]+)"/.exec(String(cause.message ?? ""))?.[1] ?? "unknown manager",
    }));
}
