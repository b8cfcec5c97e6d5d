import { isJsonArray, isJsonObject, type Json, type JsonObject, member, valueAt } from "../../lib/json/json.ts";

/** The schema of the version in which objects are stored: a CRD has exactly one (apiextensions.k8s.io/v1). */
function storageSchema(crd: JsonObject | undefined): Json | undefined {
  const versions = valueAt(crd, ["spec", "versions"]);
  if (!isJsonArray(versions)) return undefined;
  const stored = versions.find((version) => valueAt(version, ["storage"]) === true);
  return valueAt(stored, ["schema", "openAPIV3Schema"]);
}

/** A path does not name the elements of a list: it goes on in each of them. */
function elementSchema(schema: Json | undefined): Json | undefined {
  const items = valueAt(schema, ["items"]);
  return items === undefined ? schema : elementSchema(items);
}

function fieldSchema(schema: Json | undefined, [name, ...further]: readonly string[]): Json | undefined {
  if (name === undefined) return schema;
  return fieldSchema(valueAt(elementSchema(schema), ["properties", name]), further);
}

/**
 * The values that a CRD allows for the field at a dotted path, or for its elements where it is a list; none where the
 * CRD or the field is not there, or the field takes any value. Pure.
 *
 * @param path from the root of the object: `spec.profiles`
 */
export function enumOf(crd: JsonObject | undefined, path: string): readonly string[] {
  const field = elementSchema(fieldSchema(storageSchema(crd), path.split(".")));
  const values = isJsonObject(field) ? member(field, "enum") : undefined;
  return isJsonArray(values) ? values.filter((value) => typeof value === "string") : [];
}

/** Whether a CRD declares the field at a dotted path: server-side apply refuses an object with any other. Pure. */
export function declaresField(crd: JsonObject | undefined, path: string): boolean {
  return fieldSchema(storageSchema(crd), path.split(".")) !== undefined;
}
