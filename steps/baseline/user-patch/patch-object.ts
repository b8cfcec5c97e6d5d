import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { formatPointer } from "../../lib/json/json-pointer.ts";
import { identityOf, type ManagedObject } from "../object/managed-object.ts";
import { applyOperations } from "./apply-operations.ts";
import { protectedPlace } from "./protected-paths.ts";
import { type PatchOperation, readOperations } from "./read-operations.ts";
import { isSensitive } from "./sensitive-kinds.ts";

/** An object with its user's patch, or without it where the patch is rejected. */
export type Patched =
  | { readonly state: "unpatched"; readonly object: ManagedObject }
  | { readonly state: "patched"; readonly object: ManagedObject; readonly operations: number }
  | { readonly state: "rejected"; readonly object: ManagedObject; readonly reason: string };

const textMaps = ["labels", "annotations"] as const;

function forbidden(operations: readonly PatchOperation[]): string | undefined {
  for (const [index, operation] of operations.entries()) {
    for (const path of [operation.path, ...("from" in operation ? [operation.from] : [])]) {
      const place = protectedPlace(path);
      if (place !== undefined) {
        return `operation ${index + 1}: ${formatPointer(path)} is forbidden, since ${formatPointer(place)} is not a user's to change`;
      }
    }
  }
  return undefined;
}

function metadataOf(object: JsonObject): JsonObject {
  const found = member(object, "metadata");
  return isJsonObject(found) ? found : {};
}

/** Users patch below labels and annotations on objects that have none. */
function withMaps(object: ManagedObject): JsonObject {
  const { metadata } = object;
  return { ...object, metadata: { ...Object.fromEntries(textMaps.map((name) => [name, {}])), ...metadata } };
}

function isEmptyMap(value: Json | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function withoutEmptyMaps(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  const emptied: readonly string[] = textMaps.filter((name) => isEmptyMap(member(metadata, name)));
  const kept = Object.entries(metadata).filter(([name]) => !emptied.includes(name));
  return { ...object, metadata: Object.fromEntries(kept) };
}

function faultOf(result: JsonObject, before: ManagedObject): string | undefined {
  const [was, is] = [identityOf(before), identityOf(result)];
  if (
    was.kind !== is.kind ||
    was.apiVersion !== is.apiVersion ||
    was.name !== is.name ||
    was.namespace !== is.namespace
  ) {
    return "the result would be another object, which is forbidden";
  }
  for (const name of textMaps) {
    const map = member(metadataOf(result), name) ?? {};
    const wrong = isJsonObject(map) ? Object.entries(map).find(([, value]) => typeof value !== "string")?.[0] : name;
    if (wrong !== undefined) return `the value of ${wrong} in metadata.${name} would be no text`;
  }
  return undefined;
}

function patch(object: ManagedObject, operations: readonly PatchOperation[]): Patched {
  const applied = applyOperations(withMaps(object), operations);
  if (applied.state === "rejected") return { state: "rejected", object, reason: applied.reason };
  const result = withoutEmptyMaps(applied.value);
  const fault = faultOf(result, object);
  if (fault !== undefined) return { state: "rejected", object, reason: fault };
  // Identity and metadata were checked just now.
  return { state: "patched", object: result as ManagedObject, operations: operations.length };
}

/**
 * The object as its user wants it. A patch that breaks any rule is rejected whole, and the object goes on unpatched. Pure.
 *
 * @param text value of the annotation `platform.kubevirt.io/patch` on the live object
 */
export function patchObject(object: ManagedObject, text: string): Patched {
  if (text === "") return { state: "unpatched", object };
  const read = readOperations(text);
  if (read.state === "rejected") return { state: "rejected", object, reason: read.reason };
  if (isSensitive(object.kind)) {
    return {
      state: "rejected",
      object,
      reason: `${object.kind} is a sensitive resource kind, which no patch may change`,
    };
  }
  const refused = forbidden(read.operations);
  return refused === undefined ? patch(object, read.operations) : { state: "rejected", object, reason: refused };
}
