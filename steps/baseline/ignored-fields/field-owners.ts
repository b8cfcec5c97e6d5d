import { isJsonArray, isJsonObject, type JsonObject, member } from "../../lib/json/json.ts";
import type { JsonPath } from "../../lib/json/json-pointer.ts";
import { manager } from "../markers/marker-keys.ts";
import type { ManagedObject } from "../object/managed-object.ts";

function isOurs(entry: JsonObject): boolean {
  return member(entry, "manager") === manager && member(entry, "operation") === "Apply";
}

/** FieldsV1 has a member `f:name` for each owned field, with what is owned below it (Kubernetes 1.22, structured-merge-diff 4). */
function reaches(fields: JsonObject, path: JsonPath): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  const below = member(fields, `f:${first}`);
  return isJsonObject(below) && reaches(below, rest);
}

/**
 * Whether somebody else owns this field of the live object, or something below it: then its value stays when we give it
 * up. What lies in a list is owned by keys and values, which no path names. Pure.
 */
export function isOwnedByOthers(live: ManagedObject, path: JsonPath): boolean {
  const entries = member(live.metadata, "managedFields");
  if (!isJsonArray(entries)) return false;
  return entries.filter(isJsonObject).some((entry) => {
    const fields = member(entry, "fieldsV1");
    return !isOurs(entry) && isJsonObject(fields) && reaches(fields, path);
  });
}
