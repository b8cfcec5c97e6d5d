import { type Wait, waitOn } from "../phase/types.ts";
import { source } from "./live-collection.ts";
import type { KubeClient, KubeObject, ObjectRef, Resource } from "./types.ts";

export interface GoneOptions {
  /** Only this very object; another one of its name that was made since does not count. */
  readonly uid?: string;
  readonly timeoutMs: number;
  readonly pollMs?: number;
}

interface Left {
  readonly uid: string | undefined;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
}

function noteOf({ deleting, finalizers }: Left): string {
  if (!deleting) {
    return "it is there and nobody deletes it";
  }
  return finalizers.length === 0 ? "it is being deleted" : `it is being deleted; finalizers: ${finalizers.join(", ")}`;
}

/**
 * The wait for an object to be gone after its deletion. Its notes name the finalizers that hold it.
 *
 * @example const outcome = await waitFor(waitGone(hub, restores, { namespace, name }, { uid, timeoutMs: 120_000 }), environment);
 */
export function waitGone(client: KubeClient, resource: Resource, ref: ObjectRef, options: GoneOptions): Wait {
  const { name, namespace } = ref;
  const query = { ...(namespace === undefined ? {} : { namespace }), fieldSelector: `metadata.name=${name}` };
  const project = ({ metadata }: KubeObject): Left => ({
    uid: metadata.uid,
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
  });
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  return waitOn({
    title: `waiting for ${resource.kind} ${path} on "${client.name}" to be gone`,
    sources: { left: source(client, resource, query, project) },
    decide: ({ left }) => {
      const [found] = left.filter(({ uid }) => options.uid === undefined || uid === options.uid);
      return found === undefined ? { state: "done", note: "gone" } : { state: "pending", note: noteOf(found) };
    },
    timeoutMs: options.timeoutMs,
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
  });
}
