import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { canonicalJson } from "../../lib/schema/canonical-json.ts";
import type { Shares } from "./field-owners.ts";

/** What FieldsV1 names elements of a list by (structured-merge-diff 4): `k:` and their keys, `v:` and the value itself. */
type ElementName =
  | { readonly by: "keys"; readonly keys: JsonObject }
  | { readonly by: "value"; readonly value: string };

/** The server keeps no name that it cannot read itself: what is none here is of no element. */
function readName(name: string): ElementName | undefined {
  if (!/^[kv]:/.test(name)) return undefined;
  try {
    const value: unknown = JSON.parse(name.slice(2));
    if (name.startsWith("v:")) return { by: "value", value: canonicalJson(value) };
    return isJsonObject(value) ? { by: "keys", keys: value } : undefined;
  } catch {
    return undefined;
  }
}

interface Owned {
  readonly name: ElementName;
  readonly below: JsonObject;
}

function elementsOf(fields: JsonObject): readonly Owned[] {
  return Object.entries(fields).flatMap(([text, below]) => {
    const name = readName(text);
    return name === undefined || !isJsonObject(below) ? [] : [{ name, below }];
  });
}

/** A key that an element has by default is written into it by the server, and so found in the live one. */
function isOf(name: ElementName, element: Json): boolean {
  if (name.by === "value") return name.value === canonicalJson(element);
  return isJsonObject(element) && Object.entries(name.keys).every(([key, value]) => member(element, key) === value);
}

/** Whether elements of a list are owned one by one: any other list is owned as one value. Pure. */
export function isOwnedByElements({ ours, others }: Shares): boolean {
  return [...ours, ...others].some((fields) => elementsOf(fields).length > 0);
}

/** Who owns an element of a live list, and what below it. Pure. */
export function sharesOfElement({ ours, others }: Shares, element: Json): Shares {
  const of = (some: readonly JsonObject[]): readonly JsonObject[] =>
    some
      .flatMap(elementsOf)
      .filter(({ name }) => isOf(name, element))
      .map(({ below }) => below);
  return { ours: of(ours), others: of(others) };
}

/** The members of an element that make it this one of its list; none where it is a plain value. Pure. */
export function keysOfElement({ ours, others }: Shares, element: Json): JsonObject {
  const found = [...ours, ...others].flatMap(elementsOf).find(({ name }) => isOf(name, element));
  return found?.name.by === "keys" ? found.name.keys : {};
}
