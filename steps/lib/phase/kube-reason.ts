import { FairleadError } from "../errors/fairlead-error.ts";

/** The API server's machine-readable reason (`NotFound`, `Conflict`, …) of an error that a client threw. */
export function kubeReason(error: unknown): string | undefined {
  return error instanceof FairleadError && "reason" in error && typeof error.reason === "string"
    ? error.reason
    : undefined;
}

/** Answers that asking again does not change. */
const permanent = new Set([
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "Invalid",
  "BadRequest",
  "MethodNotAllowed",
  "AlreadyExists",
  "Conflict",
]);

export function isPermanent(error: unknown): boolean {
  const reason = kubeReason(error);
  return reason === undefined ? !(error instanceof FairleadError) : permanent.has(reason);
}
