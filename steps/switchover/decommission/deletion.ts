import type { KubeObject, Resource } from "../../lib/kube/types.ts";
import type { Action, Seen } from "../../lib/phase/types.ts";
import { nameList } from "../preflight/name-list.ts";
import type { OperationMemory } from "../state/operation-memory.ts";

export function nameOf({ metadata }: KubeObject): string {
  return metadata.name;
}

/** Deletes this very object of the hub that is removed; nothing to do where that has begun. */
export function deletion(
  resource: Resource,
  { metadata }: KubeObject,
  requestTimeoutMs: number,
): readonly Action<OperationMemory>[] {
  const { name, namespace, uid, deletionTimestamp } = metadata;
  if (deletionTimestamp !== undefined) return [];
  return [
    {
      kind: "write",
      change: {
        target: "primary",
        resource,
        ref: namespace === undefined ? { name } : { name, namespace },
        summary: `delete ${resource.kind} ${name}`,
        verb: "delete",
        precondition: uid === undefined ? {} : { uid },
        requestTimeoutMs,
      },
    },
  ];
}

/** What a wait sees of collections of which nothing may be left. Pure. */
export function untilEmpty(left: Readonly<Record<string, readonly string[]>>): Seen {
  const parts = Object.entries(left).filter(([, names]) => names.length > 0);
  return parts.length === 0
    ? { state: "done", note: "gone" }
    : {
        state: "pending",
        note: `still there: ${parts.map(([what, names]) => `${what} ${nameList(names)}`).join("; ")}`,
      };
}
