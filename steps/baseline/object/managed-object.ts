import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";

/** A Kubernetes object of any kind, as JSON: what an asset renders, what the API server answers. */
export interface ManagedObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManagedMetadata;
}

/** Everything else of it is there as JSON as well. */
export interface ManagedMetadata extends JsonObject {
  readonly name: string;
}

/** Who an object is; two that agree in it are the same object. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Pure. */
export function identityOf(object: JsonObject): Identity {
  const found = member(object, "metadata");
  const metadata = isJsonObject(found) ? found : {};
  return {
    apiVersion: textOf(member(object, "apiVersion")),
    kind: textOf(member(object, "kind")),
    name: textOf(member(metadata, "name")),
    namespace: textOf(member(metadata, "namespace")),
  };
}

/** The labels, or the annotations, of an object; those that are no text are left out. Pure. */
export function textsOf(object: ManagedObject, which: "labels" | "annotations"): Readonly<Record<string, string>> {
  const found = member(object.metadata, which);
  if (!isJsonObject(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** One label, or one annotation; `undefined` where there is none, or it is no text. Pure. */
export function textIn(object: ManagedObject, which: "labels" | "annotations", key: string): string | undefined {
  const found = member(object.metadata, which);
  const value = isJsonObject(found) ? member(found, key) : undefined;
  return typeof value === "string" ? value : undefined;
}
