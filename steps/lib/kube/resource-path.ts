import type { ListQuery, Resource } from "./types.ts";

/** `/apis/<group>/<version>` or `/api/v1`. */
function apiRoot(resource: Resource): string {
  return resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
}

/** Path of a collection; a namespaced resource without a namespace means all namespaces. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const scope =
    resource.scope === "cluster" || namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${apiRoot(resource)}${scope}/${resource.plural}`;
}

/** Path of one object. @throws Error for a namespaced object without a namespace: a defect of the caller */
export function objectPath(
  resource: Resource,
  ref: { readonly name: string; readonly namespace?: string },
  subresource?: string,
): string {
  if (resource.scope === "namespaced" && ref.namespace === undefined) {
    throw new Error(`${resource.kind} ${ref.name} needs a namespace`);
  }
  const tail = subresource === undefined ? "" : `/${subresource}`;
  return `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}${tail}`;
}

/** `?a=b&…` without the absent ones; empty string when nothing is left. */
export function queryString(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parts = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

export function selectors(query: ListQuery): Readonly<Record<string, string | undefined>> {
  return { labelSelector: query.labelSelector, fieldSelector: query.fieldSelector };
}
