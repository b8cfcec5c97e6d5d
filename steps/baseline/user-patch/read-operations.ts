import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { type JsonPath, parsePointer } from "../../lib/json/json-pointer.ts";

/** One operation of RFC 6902, its places read. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: JsonPath; readonly value: Json }
  | { readonly op: "remove"; readonly path: JsonPath }
  | { readonly op: "move" | "copy"; readonly path: JsonPath; readonly from: JsonPath };

export type ReadOperations =
  | { readonly state: "read"; readonly operations: readonly PatchOperation[] }
  | { readonly state: "rejected"; readonly reason: string };

// The text is an annotation of at most 256 KiB; more operations than this are no edit by a person.
const mostOperations = 1000;

class Rejected extends Error {}

function placeOf(operation: JsonObject, name: "path" | "from"): JsonPath {
  const text = member(operation, name);
  if (typeof text !== "string") throw new Rejected(`its ${name} is no text`);
  const path = parsePointer(text);
  if (path === undefined) {
    throw new Rejected(`its ${name} "${text}" is no JSON pointer: it begins with / and has ~ as ~0 or ~1 only`);
  }
  if (path.length === 0) throw new Rejected(`its ${name} is the whole object, which is forbidden`);
  return path;
}

function readOperation(value: Json): PatchOperation {
  if (!isJsonObject(value)) throw new Rejected("it is no object");
  const op = member(value, "op");
  switch (op) {
    case "add":
    case "replace":
    case "test": {
      const path = placeOf(value, "path");
      const given = member(value, "value");
      if (given === undefined) throw new Rejected(`${op} needs a value`);
      return { op, path, value: given };
    }
    case "remove":
      return { op, path: placeOf(value, "path") };
    case "move":
    case "copy":
      return { op, path: placeOf(value, "path"), from: placeOf(value, "from") };
    default:
      throw new Rejected(
        `its op ${JSON.stringify(op ?? null)} is none of add, remove, replace, move, copy and test (RFC 6902)`,
      );
  }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json; // JSON.parse yields nothing else
  } catch (error) {
    throw new Rejected(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read(text: string): readonly PatchOperation[] {
  const list = parseJson(text);
  if (!isJsonArray(list)) throw new Rejected("it is no list of operations (RFC 6902)");
  if (list.length > mostOperations)
    throw new Rejected(`it has ${list.length} operations, at most ${mostOperations} are taken`);
  return list.map((value, index) => {
    try {
      return readOperation(value);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      throw new Rejected(`operation ${index + 1}: ${error.message}`);
    }
  });
}

/**
 * Reads the text of a user's patch. One wrong operation rejects all of it. Pure.
 *
 * @example readOperations('[{"op":"replace","path":"/spec/deschedulingIntervalSeconds","value":120}]')
 */
export function readOperations(text: string): ReadOperations {
  try {
    return { state: "read", operations: read(text) };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { state: "rejected", reason: error.message };
  }
}
