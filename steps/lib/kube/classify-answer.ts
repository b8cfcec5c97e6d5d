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
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly name?: unknown; readonly causes?: unknown } | null;
}

function causesOf(object: StatusObject | undefined): readonly StatusCause[] {
  const causes = object?.details?.causes;
  return Array.isArray(causes) ? causes.filter((cause) => typeof cause === "object" && cause !== null) : [];
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
  404: "NotFound",
  405: "Invalid",
  406: "Invalid",
  408: "Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Invalid",
  415: "Invalid",
  422: "Invalid",
  429: "TooManyRequests",
  504: "Timeout",
};

// Prose decides in four cases, since Kubernetes (1.35) gives no code for them.
// 1. A webhook or a policy refuses with whatever status it likes; only these words are always there.
const refusedByAdmission = /admission webhook .+ denied the request|ValidatingAdmissionPolicy .+ denied request/;
// 2. Every authorizer's 403 has these words; other 403 come from admission plugins (quota, Pod Security, a namespace
//    that is being deleted) and no permission would help.
const missingPermission = /\bUser "[^"]*" cannot \S+ (resource|path)/;
// 3. A webhook that does not answer is a 500 like any other defect of the server.
const webhookSilent = /failed calling webhook|conversion webhook for .+ failed/;
// 4. Server-side apply of a field that the schema lacks is a 500 on some releases, and no try of it will end otherwise.
const schemaRefuses = /field not declared in schema|failed to create typed patch object/;

function reasonOf(status: number, message: string, object: StatusObject | undefined): KubeReason {
  if (refusedByAdmission.test(message)) {
    return "AdmissionDenied";
  }
  if (status >= 500 && webhookSilent.test(message)) {
    return "WebhookUnavailable";
  }
  if (status >= 500 && schemaRefuses.test(message)) {
    return "Invalid";
  }
  if (status === 403 && !missingPermission.test(message)) {
    return "AdmissionDenied";
  }
  if (status === 409 && object?.reason === "AlreadyExists") {
    return "AlreadyExists";
  }
  if (status === 422 && causesOf(object).some((cause) => cause.field === "metadata.uid")) {
    // A patch for an object that was deleted and made anew: its uid "is immutable" (Kubernetes 1.35).
    return "Conflict";
  }
  if (status === 404 && object?.details?.name === undefined) {
    // The Status of an unknown kind lacks the object's name.
    return "KindAbsent";
  }
  return byStatus[status] ?? (status >= 500 ? "ServerError" : "BadResponse");
}

/**
 * Whether the answer is one of an API server at all. A proxy or a wrong address may say 404 too, and that must never
 * be read as "the object is gone".
 */
function isForeign({ status, body }: Answer, object: StatusObject | undefined): boolean {
  if (object?.kind === "Status") return false;
  // An API server says this in plain text for a group or version that it does not serve.
  if (status === 404) return body.trim() !== "404 page not found";
  return status < 500 && status !== 401 && status !== 429 && status !== 408;
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

/** An API server's own answer that did not arrive whole. */
function isCutOff({ body }: Answer, object: StatusObject | undefined): boolean {
  return object === undefined && /^\s*\{\s*"kind"\s*:\s*"Status"/.test(body);
}

/** Turns an answer that is no success into a failure. Pure. `now` (ms since the epoch) reads a `Retry-After` date. */
export function classifyAnswer(answer: Answer, now: number): KubeFailure {
  const object = parseStatus(answer.body);
  const message = typeof object?.message === "string" ? object.message : answer.body.trim().slice(0, 500);
  if (isCutOff(answer, object)) {
    return {
      reason: "BadResponse",
      status: answer.status,
      message: `the answer (HTTP ${answer.status}) was cut off after ${answer.body.length} characters`,
    };
  }
  if (isForeign(answer, object)) {
    const quoted = message === "" ? "" : `: ${message.replaceAll(/\s+/g, " ").slice(0, 200)}`;
    const where = typeof answer.headers["location"] === "string" ? ` towards ${answer.headers["location"]}` : "";
    return {
      reason: "BadResponse",
      status: answer.status,
      message: `HTTP ${answer.status}${where} from something that is no API server${quoted}`,
      lasting: true,
    };
  }
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
  return causesOf(parseStatus(body))
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => ({
      field: String(cause.field ?? ""),
      manager: /conflict with "([^"]+)"/.exec(String(cause.message ?? ""))?.[1] ?? "unknown manager",
    }));
}
