import type { CallOptions, KubeClient, KubeObject, ListQuery, ObjectRef, Resource } from "../../lib/kube/types.ts";
import { attempt } from "./attempt.ts";
import type { Reading } from "./reading.ts";

/** Reads of one hub that never throw for what the hub answers. On a hub that is down they ask nothing. */
export interface HubReader {
  /** A whole collection, each object reduced as its page arrives. */
  list<T extends KubeObject, P>(
    resource: Resource<T>,
    query: ListQuery,
    project: (object: T) => P,
  ): Promise<Reading<readonly P[]>>;
  /** One object; an absent one is handed on as `undefined`. */
  find<T extends KubeObject, P>(
    resource: Resource<T>,
    ref: ObjectRef,
    project: (object: T | undefined) => P,
  ): Promise<Reading<P>>;
  /** Any other call. `kind` names what is asked for. */
  call<T>(kind: string, work: (options: CallOptions) => Promise<T>): Promise<Reading<T>>;
}

export function hubReader(client: KubeClient, isUp: boolean, signal: AbortSignal): HubReader {
  const call = <T>(kind: string, work: (options: CallOptions) => Promise<T>): Promise<Reading<T>> =>
    isUp ? attempt(kind, signal, () => work({ signal })) : Promise.resolve({ state: "hub-down" });
  return {
    call,
    list: (resource, query, project) =>
      call(kindOf(resource), async (options) => (await client.list(resource, query, { ...options, project })).items),
    find: (resource, ref, project) =>
      call(kindOf(resource), async (options) => project(await client.find(resource, ref, options))),
  };
}

function kindOf({ kind, group }: Resource): string {
  return group === "" ? kind : `${kind}.${group}`;
}
