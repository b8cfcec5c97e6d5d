import { isJsonArray, isJsonObject, type JsonObject, member } from "../../lib/json/json.ts";
import type { JsonPath } from "../../lib/json/json-pointer.ts";
import { manager } from "../markers/marker-keys.ts";
import type { ManagedObject } from "../object/managed-object.ts";

function isOurs(entry: JsonObject): boolean {
  return member(entry, "manager") === manager && member(entry, "operation") === "Apply";
}

type Fields = readonly JsonObject[];

/** FieldsV1 has a member `f:name` for each owned field, with what is owned below it (Kubernetes 1.22, structured-merge-diff 4). */
function below(fields: Fields, name: string): Fields {
  return fields.map((one) => member(one, `f:${name}`)).filter(isJsonObject);
}

/** What is owned at a field and below it: by us, and by everybody else. An owner that does not reach it is in neither. */
export interface Shares {
  readonly ours: Fields;
  readonly others: Fields;
}

/** Pure. */
export function sharesBelow({ ours, others }: Shares, name: string): Shares {
  return { ours: below(ours, name), others: below(others, name) };
}

/** Who owns a field of the live object. What lies in a list is owned by keys and values, which no path names. Pure. */
export function sharesOf(live: ManagedObject, path: JsonPath): Shares {
  const found = member(live.metadata, "managedFields");
  const entries = (isJsonArray(found) ? found : []).filter(isJsonObject);
  const fieldsOf = (some: Fields): Fields => some.map((entry) => member(entry, "fieldsV1")).filter(isJsonObject);
  const whole: Shares = {
    ours: fieldsOf(entries.filter(isOurs)),
    others: fieldsOf(entries.filter((entry) => !isOurs(entry))),
  };
  return path.reduce(sharesBelow, whole);
}

/** Whether a manager owns the field, something below it, or, as one value, what it lies in. */
function owns(fields: JsonObject, path: JsonPath): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  const below = member(fields, `f:${first}`);
  if (!isJsonObject(below)) return false;
  return Object.keys(below).length === 0 || owns(below, rest);
}

function textAt(entry: JsonObject, name: string): string {
  const value = member(entry, name);
  return typeof value === "string" ? value : "";
}

/**
 * Who owns a field of the live object, by the server's record: `kubectl (Apply)`, sorted, each once. What is found in a
 * list is owned by keys and values, which no path names: ask for the list. Pure.
 */
export function ownersOf(live: ManagedObject, path: JsonPath): readonly string[] {
  const entries = member(live.metadata, "managedFields");
  if (!isJsonArray(entries)) return [];
  const found = entries.filter(isJsonObject).filter((entry) => {
    const fields = member(entry, "fieldsV1");
    return isJsonObject(fields) && owns(fields, path);
  });
  const names = found.map((entry) => `${textAt(entry, "manager")} (${textAt(entry, "operation")})`);
  return [...new Set(names)].toSorted();
}
