import jsonPatch, { type Operation } from "fast-json-patch";
import { isJsonObject, type Json, type JsonObject } from "../../../../steps/lib/json/json.ts";
import { type JsonPath, parsePointer } from "../../../../steps/lib/json/json-pointer.ts";

/** By RFC 6902 alone: labels and annotations are there to be patched, empty or not. */
export function patchedBy(object: JsonObject, text: string): JsonObject {
  const { metadata } = object;
  const whole = { ...object, metadata: { labels: {}, annotations: {}, ...(metadata as JsonObject) } }; // every object has it
  const operations: readonly Operation[] = JSON.parse(text);
  return jsonPatch.applyPatch(structuredClone(whole), operations, true).newDocument;
}

function without(value: Json, [first, ...rest]: JsonPath): Json {
  if (first === undefined) return null;
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === first ? without(one, rest) : one));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([name, below]) => {
    if (name !== first) return [[name, below] as const];
    return rest.length === 0 ? [] : [[name, without(below, rest)] as const];
  });
  return Object.fromEntries(entries);
}

function pruned(value: Json): Json {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, below]) => [name, pruned(below)] as const);
  return Object.fromEntries(entries.filter(([, below]) => !isJsonObject(below) || Object.keys(below).length > 0));
}

const placed = ["/metadata/namespace", "/metadata/resourceVersion"];

/**
 * What of an object can be compared with what was sent of it: without where it lies, which its kind decides, without
 * empty maps, and without the fields of others.
 */
export function comparedWithout(object: JsonObject, pointers: readonly string[] = []): Json {
  const paths = [...placed, ...pointers].map((pointer) => parsePointer(pointer) ?? []);
  return pruned(paths.reduce<Json>(without, object));
}
