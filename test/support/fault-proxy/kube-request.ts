import type { KubeRequest, Match } from "./types.ts";

function verbOf(method: string, query: URLSearchParams, hasName: boolean): string {
  switch (method) {
    case "GET":
      if (query.get("watch") === "true" || query.get("watch") === "1") return "watch";
      return hasName ? "get" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return hasName ? "delete" : "deletecollection";
    default:
      return "other";
  }
}

/** Reads method and address of a request to an API server. */
export function kubeRequest(method: string, path: string): KubeRequest {
  const url = new URL(path, "https://server");
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const parsed = parts[0] === "api" ? parts.slice(2) : parts[0] === "apis" ? parts.slice(3) : [];
  // The address of a Namespace itself ends with its name; in front of a resource the same two parts say where it lies.
  const inNamespace = parsed[0] === "namespaces" && parsed.length > 2;
  const [resource = "", name = "", subresource = ""] = (inNamespace ? parsed.slice(2) : parsed).map(decodeURIComponent);
  return {
    verb: resource === "" ? "other" : verbOf(method, url.searchParams, name !== ""),
    resource,
    subresource,
    namespace: inNamespace ? decodeURIComponent(parsed[1] ?? "") : "",
    name,
    method,
    path,
  };
}

function oneOf(wanted: string | readonly string[] | undefined, value: string): boolean {
  return wanted === undefined || (typeof wanted === "string" ? wanted === value : wanted.includes(value));
}

export function fits(match: Match | undefined, request: KubeRequest): boolean {
  if (match === undefined) return true;
  if (typeof match === "function") return match(request);
  return (
    oneOf(match.verb, request.verb) &&
    oneOf(match.resource, request.resource) &&
    oneOf(match.subresource, request.subresource) &&
    oneOf(match.namespace, request.namespace) &&
    oneOf(match.name, request.name) &&
    oneOf(match.method, request.method) &&
    (match.path?.test(request.path) ?? true)
  );
}
