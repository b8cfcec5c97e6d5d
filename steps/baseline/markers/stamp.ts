import type { JsonObject } from "../../lib/json/json.ts";
import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import { managedLabel, manager, markerKeys } from "./marker-keys.ts";

function without(entries: Readonly<Record<string, string>>, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([key]) => !keys.includes(key)));
}

/**
 * The object as it may be applied: with the managed label, and without a user's markers. An applied marker would be
 * owned by this field manager too, and its user could not take it away by server-side apply any more. Pure.
 */
export function stamp(object: ManagedObject): ManagedObject {
  const { annotations: _annotations, ...metadata } = object.metadata;
  const annotations = without(textsOf(object, "annotations"), markerKeys);
  return {
    ...object,
    metadata: {
      ...metadata,
      name: object.metadata.name,
      labels: { ...textsOf(object, "labels"), [managedLabel]: manager },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}
