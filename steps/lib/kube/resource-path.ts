import type { Attempt } from "./kube-error.ts";
import type { ListQuery, Resource } from "./types.ts";

/** `/apis/<group>/<version>` or `/api/v1`. */
function apiRoot(resource: Resource): string {
  return resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
}

/**
 * One part of an address. An empty name would turn `DELETE …/restores/` into the deletion of all of them (Kubernetes
 * 1.35 takes the address of the collection with and without the slash), a dotted one into another address.
 *
 * @throws Error for a text that names nothing in Kubernetes: a defect of the caller, who checks its input
 */
function segment(what: string, value: string): string {
  if (value === "" || value === "." || value === ".." || value.length > 253 || /[/%]/.test(value)) {
    throw new Error(`${JSON.stringify(value.slice(0, 100))} is no ${what} in Kubernetes`);
  }
  return encodeURIComponent(value);
}

/** Path of a collection; a namespaced resource without a namespace means all namespaces. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const scope =
    resource.scope === "cluster" || namespace === undefined ? "" : `/namespaces/${segment("namespace", namespace)}`;
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
  return `${collectionPath(resource, ref.namespace)}/${segment("name", ref.name)}${tail}`;
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

/** What a call attempts, for its error text. */
export function attemptOf(
  verb: string,
  resource: Resource,
  ref: { readonly name?: string; readonly namespace?: string },
  subresource?: string,
): Omit<Attempt, "target" | "server"> {
  return {
    verb,
    resource,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    ...(ref.name === undefined ? {} : { name: ref.name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
