import { isJsonObject, type Json, member, valueAt } from "../../lib/json/json.ts";
import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import type { NamedNode } from "./node.ts";

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  // Quantities may be numbers in JSON.
  return Object.fromEntries(Object.keys(value).map((key) => [key, String(member(value, key))]));
}

/** Reduces a Node to what detection looks at: a large cluster has megabytes of them. Pure. */
export function nodeFacts(node: ManagedObject): NamedNode {
  return {
    name: node.metadata.name,
    labels: textsOf(node, "labels"),
    annotations: textsOf(node, "annotations"),
    capacity: texts(valueAt(node, ["status", "capacity"])),
  };
}
