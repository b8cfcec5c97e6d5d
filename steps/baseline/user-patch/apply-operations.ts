import jsonPatch, { type Operation } from "fast-json-patch";
import { arrayIndex, isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { formatPointer, type JsonPath } from "../../lib/json/json-pointer.ts";
import type { PatchOperation } from "./read-operations.ts";

export type Applied =
  | { readonly state: "applied"; readonly value: JsonObject }
  | { readonly state: "rejected"; readonly reason: string };

// etcd takes no larger object (1.5 MiB); each copy of a copy doubles what a short text makes.
const mostBytes = 1_572_864;

function asOperation(operation: PatchOperation): Operation {
  const path = formatPointer(operation.path);
  switch (operation.op) {
    case "add":
    case "replace":
    case "test":
      return { op: operation.op, path, value: operation.value };
    case "remove":
      return { op: operation.op, path };
    case "move":
    case "copy":
      return { op: operation.op, path, from: formatPointer(operation.from) };
  }
}

/** RFC 6902, section 4.4; the library would first remove what it then looks for. */
function movesIntoItself(operation: PatchOperation): boolean {
  if (operation.op !== "move") return false;
  const { from, path } = operation;
  return path.length > from.length && from.every((segment, index) => path[index] === segment);
}

function parentOf(document: JsonObject, path: JsonPath): Json | undefined {
  return path.slice(0, -1).reduce<Json | undefined>((value, segment) => {
    if (isJsonArray(value)) return value[Number(segment)];
    return isJsonObject(value) ? member(value, segment) : undefined;
  }, document);
}

function placesOf(operation: PatchOperation): readonly JsonPath[] {
  return "from" in operation ? [operation.path, operation.from] : [operation.path];
}

function faultAt(document: JsonObject, path: JsonPath): string | undefined {
  const parent = parentOf(document, path);
  if (isJsonObject(parent)) return undefined;
  if (!isJsonArray(parent)) return `${formatPointer(path.slice(0, -1))} is not there, or has no members`;
  const last = path.at(-1) ?? "";
  return last === "-" || arrayIndex.test(last) ? undefined : `${formatPointer(path)} is no place in a list`;
}

/** The place whose value an operation takes, removes or replaces. */
function sourceOf(operation: PatchOperation): JsonPath | undefined {
  if ("from" in operation) return operation.from;
  return operation.op === "remove" || operation.op === "replace" ? operation.path : undefined;
}

/** The library takes a member that an object inherits, such as `constructor`, for one that is there. */
function missingSource(document: JsonObject, operation: PatchOperation): string | undefined {
  const source = sourceOf(operation);
  const parent = source === undefined ? undefined : parentOf(document, source);
  const isMissing = isJsonObject(parent) && member(parent, source?.at(-1) ?? "") === undefined;
  return isMissing ? `${formatPointer(source ?? [])} is not there` : undefined;
}

function faultOf(document: JsonObject, operation: PatchOperation): string | undefined {
  if (movesIntoItself(operation)) return "a value cannot be moved into itself";
  const fault = placesOf(operation)
    .map((path) => faultAt(document, path))
    .find((one) => one !== undefined);
  return fault ?? missingSource(document, operation);
}

function applyOne(document: JsonObject, operation: PatchOperation): Applied {
  const fault = faultOf(document, operation);
  if (fault !== undefined) return { state: "rejected", reason: fault };
  try {
    const { newDocument } = jsonPatch.applyOperation<Json>(document, asOperation(operation), true, false);
    if (!isJsonObject(newDocument)) return { state: "rejected", reason: "the result is no object" };
    return { state: "applied", value: newDocument };
  } catch (error) {
    // The library appends the whole document to its texts.
    const [words = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { state: "rejected", reason: words };
  }
}

/**
 * Applies operations in order, by RFC 6902; the first that cannot be applied, or a `test` that fails, rejects all of
 * them. The document stays as it is. Pure.
 */
export function applyOperations(document: JsonObject, operations: readonly PatchOperation[]): Applied {
  let value = document;
  for (const [index, operation] of operations.entries()) {
    const applied = applyOne(value, operation);
    if (applied.state === "rejected") return { state: "rejected", reason: `operation ${index + 1}: ${applied.reason}` };
    value = applied.value;
    if (operation.op === "copy" && JSON.stringify(value).length > mostBytes) {
      return { state: "rejected", reason: `operation ${index + 1}: the result is larger than ${mostBytes} bytes` };
    }
  }
  return { state: "applied", value };
}
