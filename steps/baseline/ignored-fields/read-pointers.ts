import { formatPointer, isOnTheWay, type JsonPath, parsePointer } from "../../lib/json/json-pointer.ts";
import { listItems } from "../list-items.ts";

export type ReadPointers =
  | { readonly state: "read"; readonly pointers: readonly JsonPath[] }
  | { readonly state: "invalid"; readonly reason: string };

/** What no user can own: who the object is, and what only the server writes. */
const protectedPaths: readonly JsonPath[] = [
  ["apiVersion"],
  ["kind"],
  ["status"],
  ...["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"].map(
    (field) => ["metadata", field],
  ),
];

type ReadPointer = { readonly path: JsonPath } | { readonly fault: string };

function readPointer(text: string): ReadPointer {
  const path = parsePointer(text);
  if (path === undefined) return { fault: "it is no JSON pointer: it begins with / and has ~ as ~0 or ~1 only" };
  if (path.length === 0) return { fault: "it is the whole object" };
  const place = protectedPaths.find((one) => isOnTheWay(one, path));
  return place === undefined ? { path } : { fault: `${formatPointer(place)} cannot be ignored` };
}

/**
 * Reads the list of fields that a user keeps for themselves. One wrong pointer makes the list invalid: what is left of
 * it would revert a field that somebody meant to own. Pure.
 *
 * @param text value of `platform.kubevirt.io/ignore-fields`: pointers between commas
 */
export function readPointers(text: string): ReadPointers {
  const pointers: JsonPath[] = [];
  for (const item of listItems(text)) {
    const read = readPointer(item);
    if ("fault" in read) return { state: "invalid", reason: `"${item}" cannot be an ignored field: ${read.fault}` };
    pointers.push(read.path);
  }
  return { state: "read", pointers };
}
