import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { formatPointer, type JsonPath } from "../../lib/json/json-pointer.ts";

/** One field that drifted; `null` where a side has none. */
export interface Difference {
  /** A JSON pointer. */
  readonly path: string;
  readonly live: Json;
  readonly desired: Json;
}

/** Members in any order, elements in theirs. Pure. */
export function isEqual(one: Json, other: Json): boolean {
  if (isJsonArray(one) || isJsonArray(other)) {
    return (
      isJsonArray(one) &&
      isJsonArray(other) &&
      one.length === other.length &&
      one.every((value, index) => isEqual(value, other[index] ?? null))
    );
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => {
      const [left, right] = [member(one, name), member(other, name)];
      return left !== undefined && right !== undefined && isEqual(left, right);
    })
  );
}

function differencesAt(path: JsonPath, live: Json | undefined, desired: Json | undefined): readonly Difference[] {
  if (isJsonObject(live) && isJsonObject(desired)) {
    const names = [...new Set([...Object.keys(live), ...Object.keys(desired)])].toSorted();
    return names.flatMap((name) => differencesAt([...path, name], member(live, name), member(desired, name)));
  }
  if (live !== undefined && desired !== undefined && isEqual(live, desired)) return [];
  return [{ path: formatPointer(path), live: live ?? null, desired: desired ?? null }];
}

/** Where two objects differ, by name, lists as a whole; nothing where they are equal. Pure. */
export function differences(live: JsonObject, desired: JsonObject): readonly Difference[] {
  return differencesAt([], live, desired);
}
