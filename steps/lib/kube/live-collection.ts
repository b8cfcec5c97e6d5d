import type { KubeClient, KubeObject, ListQuery, Resource } from "./types.ts";

/**
 * One collection that a wait looks at. Kept current by list + watch, projected so that thousands of objects stay small.
 */
export interface Source<P = unknown> {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly query: ListQuery;
  /** Reduces one object to what `decide` needs. Must be pure. */
  readonly project: (object: KubeObject) => P;
}

/** The collections of a wait by name, as `decide` sees them: arrays in name order. */
export type Snapshot<S extends Readonly<Record<string, Source>>> = {
  readonly [K in keyof S]: S[K] extends Source<infer P> ? readonly P[] : never;
};

/** Builds a typed source. @example source(hub, restores, { namespace }, (restore) => restore.status?.phase ?? "") */
export function source<T extends KubeObject, P>(
  client: KubeClient,
  resource: Resource<T>,
  query: ListQuery,
  project: (object: T) => P,
): Source<P> {
  // The API server answers a request for this resource with objects of its type: T is what `resource` promises.
  return { client, resource, query, project: (object) => project(object as T) };
}
