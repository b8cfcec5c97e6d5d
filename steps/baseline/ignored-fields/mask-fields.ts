import { arrayIndex, isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { formatPointer, type JsonPath } from "../../lib/json/json-pointer.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { readElementOwners } from "./element-owners.ts";
import { type Shares, sharesBelow, sharesOf } from "./field-owners.ts";

export type Masked =
  | { readonly state: "masked"; readonly object: ManagedObject }
  | { readonly state: "invalid"; readonly reason: string };

class Unreachable extends Error {}

function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const others = Object.entries(object).filter(([key]) => key !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}

function withElement(list: readonly Json[], index: number, value: Json | undefined): readonly Json[] {
  return value === undefined ? list.filter((_, at) => at !== index) : list.with(index, value);
}

/** The element of both lists: an index says the same of both only where both have it. */
function inBoth(desired: readonly Json[], live: readonly Json[], segment: string): number {
  const index = arrayIndex.test(segment) ? Number(segment) : Number.NaN;
  if (index < desired.length && index < live.length) return index;
  throw new Unreachable(`there is no element ${segment} in both lists`);
}

interface Way {
  readonly path: JsonPath;
  /** What the end of the way becomes, of what is live there; `undefined` removes it. */
  readonly end: (live: Json | undefined) => Json | undefined;
}

/** The desired value with the live one at the end of the way; nothing is made on the way to what is removed. */
function follow(desired: Json | undefined, live: Json | undefined, { path, end }: Way): Json | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return end(live);
  const further = { path: rest, end };
  if (isJsonArray(desired) && isJsonArray(live)) {
    const index = inBoth(desired, live, segment);
    return withElement(desired, index, follow(desired[index], live[index], further));
  }
  if (isJsonArray(desired) || isJsonArray(live))
    throw new Unreachable(`a list is on the way to ${segment} on one side alone`);
  const below = isJsonObject(live) ? member(live, segment) : undefined;
  if (desired === undefined) {
    const made = follow(undefined, below, further);
    return made === undefined ? undefined : { [segment]: made };
  }
  if (!isJsonObject(desired)) throw new Unreachable(`what is on the way to ${segment} has no members`);
  return withMember(desired, segment, follow(member(desired, segment), below, further));
}

function passesList(live: Json | undefined, path: JsonPath): boolean {
  const [segment, ...rest] = path;
  if (isJsonArray(live)) return segment !== undefined;
  return segment !== undefined && isJsonObject(live) && passesList(member(live, segment), rest);
}

/**
 * What we go on applying of a live value of which others own something: what we alone own, since the server deletes what
 * its only owner does not apply any more (Kubernetes 1.22). What others own, and what nobody owns, stays without us.
 */
function ownPart(value: Json | undefined, shares: Shares): Json | undefined {
  if (shares.others.length === 0) return shares.ours.length === 0 ? undefined : value;
  if (isJsonArray(value)) return ownElements(value, shares);
  if (!isJsonObject(value)) return undefined;
  const parts = Object.entries(value).flatMap(([name, below]) => {
    const part = ownPart(below, sharesBelow(shares, name));
    return part === undefined ? [] : [[name, part] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** An element of which we apply a part needs what makes it this one, whoever owns that. */
function ownElements(list: readonly Json[], shares: Shares): readonly Json[] | undefined {
  const ownersOf = readElementOwners(shares);
  if (ownersOf === undefined) return undefined;
  const parts = list.flatMap((element) => {
    const owners = ownersOf(element);
    const part = ownPart(element, owners);
    if (part === undefined) return [];
    return [isJsonObject(part) ? { ...owners.keys, ...part } : part];
  });
  return parts.length === 0 ? undefined : parts;
}

function masking(live: ManagedObject, path: JsonPath): Way {
  const shares = sharesOf(live, path);
  const copies = shares.others.length === 0 || passesList(live, path);
  return { path, end: (value) => (copies ? value : ownPart(value, shares)) };
}

/**
 * The desired object, in which each ignored field is as it is live: kept, changed or deleted by its user. What of it
 * another manager owns is left out instead, so that its owner has it alone and is never in conflict with us. Pure.
 */
export function maskFields(desired: ManagedObject, live: ManagedObject, pointers: readonly JsonPath[]): Masked {
  let object: Json | undefined = desired;
  for (const path of pointers) {
    try {
      object = follow(object, live, masking(live, path));
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { state: "invalid", reason: `"${formatPointer(path)}" cannot be an ignored field here: ${error.message}` };
    }
  }
  // No pointer leads to the object itself, nor to what makes it one.
  return { state: "masked", object: object as ManagedObject };
}
