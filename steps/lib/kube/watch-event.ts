import { TransportError } from "./transport.ts";
import type { KubeObject } from "./types.ts";

/** One line of a watch as the server writes it. In an ERROR event a Status object stands in the place of the object. */
export type RawWatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: T }
  | { readonly type: "ERROR" };

const objectTypes: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);

function hasMetadata(value: unknown): value is KubeObject {
  return (
    typeof value === "object" &&
    value !== null &&
    "metadata" in value &&
    typeof value.metadata === "object" &&
    value.metadata !== null
  );
}

/**
 * Reads one line of a watch. Pure.
 *
 * @returns `undefined` for a line that is no JSON: it was cut off in the middle, and what follows is a new connection
 * @throws TransportError for JSON that is no watch event
 */
export function parseWatchEvent<T extends KubeObject>(line: string): RawWatchEvent<T> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  if (type === "ERROR") {
    return { type };
  }
  const object: unknown = typeof value === "object" && value !== null && "object" in value ? value.object : undefined;
  if (!objectTypes.has(type) || !hasMetadata(object)) {
    throw new TransportError({ reason: "BadResponse", status: 200, message: "a line of the watch is no watch event" });
  }
  // Its type was just found in the set; its object is one of the watched resource.
  return { type, object } as RawWatchEvent<T>;
}
