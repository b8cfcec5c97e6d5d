import { parsePointer } from "../json/json-pointer.ts";
import { differingFields } from "../phase/compare-fields.ts";
import type { JsonPatchOperation } from "./types.ts";

function valueAt(document: unknown, pointer: string): unknown {
  return parsePointer(pointer)?.reduce<unknown>((value, name) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    // The member was just found.
    return (value as Readonly<Record<string, unknown>>)[name];
  }, document);
}

/**
 * Whether the object is as these operations leave it: what they set is there, what they remove is not. Operations whose
 * effect cannot be seen afterwards (an item at the end of a list, a move) count as not done. Pure.
 */
export function jsonPatchHolds(operations: readonly JsonPatchOperation[], object: unknown): boolean {
  return operations.every(({ op, path, value }) => {
    switch (op) {
      case "test":
        return true;
      case "add":
      case "replace":
        return differingFields(value, valueAt(object, path)).length === 0;
      case "remove":
        // A number may be a place in a list, into which the next item has moved up.
        return !/\/\d+$/.test(path) && valueAt(object, path) === undefined;
      default:
        return false;
    }
  });
}
