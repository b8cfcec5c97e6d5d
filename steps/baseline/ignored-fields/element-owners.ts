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

/** Who owns an element of a live list, and what below it; `keys` make it this one, none where it is a plain value. */
export interface ElementShares extends Shares {
  readonly keys: JsonObject;
}

/**
 * Reads once who owns the elements of a list, to be asked for each of them; `undefined` where none is owned by itself: such
 * a list is owned as one value. Pure.
 */
export function readElementOwners(shares: Shares): ((element: Json) => ElementShares) | undefined {
  const [ours, others] = [shares.ours.flatMap(elementsOf), shares.others.flatMap(elementsOf)];
  if (ours.length + others.length === 0) return undefined;
  return (element) => {
    const of = (some: readonly Owned[]): readonly Owned[] => some.filter(({ name }) => isOf(name, element));
    const [ourOnes, otherOnes] = [of(ours), of(others)];
    const name = [...ourOnes, ...otherOnes][0]?.name;
    const below = (some: readonly Owned[]): readonly JsonObject[] => some.map((one) => one.below);
    return { ours: below(ourOnes), others: below(otherOnes), keys: name?.by === "keys" ? name.keys : {} };
  };
}
