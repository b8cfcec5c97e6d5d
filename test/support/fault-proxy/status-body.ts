import type { KubeRequest } from "./types.ts";

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

// The words of Kubernetes 1.35, where clients and people read them.
function wordsOf(status: number, request: KubeRequest): string {
  const { verb, resource, name, namespace } = request;
  switch (status) {
    case 401:
      return "Unauthorized";
    case 403: {
      const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
      return `${resource}${name === "" ? "" : ` "${name}"`} is forbidden: User "somebody" cannot ${verb} resource "${resource}" in API group "" ${where}`;
    }
    case 404:
      return `${resource} "${name}" not found`;
    case 409:
      if (verb === "create") return `${resource} already exists`;
      return `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`;
    case 410:
      return "The provided continue parameter is too old to display a consistent list result";
    case 422:
      return `${resource} "${name}" is invalid: spec: Invalid value: the fault proxy says so`;
    case 429:
      return "the server has received too many requests and has asked us to try again later";
    case 503:
      return "apiserver not ready";
    default:
      return `an error on the server made by the fault proxy (HTTP ${status})`;
  }
}

/** The Status object with which an API server answers such a request. */
export function statusBody(status: number, request: KubeRequest, message?: string): string {
  const reason = status === 409 && request.verb === "create" ? "AlreadyExists" : reasons[status];
  return JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: message ?? wordsOf(status, request),
    ...(reason === undefined ? {} : { reason }),
    details: request.name === "" ? {} : { name: request.name, kind: request.resource },
    code: status,
  });
}
