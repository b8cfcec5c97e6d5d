import { isFields } from "../schema/is-fields.ts";

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return isFields(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A member of an object's own; nothing that it inherits, such as `constructor`. Pure. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What lies at the end of a way through objects; `undefined` where it leads nowhere, or through a list. Pure. */
export function valueAt(value: unknown, [name, ...further]: readonly string[]): Json | undefined {
  if (name === undefined || !isJsonObject(value)) return undefined;
  const found = member(value, name);
  return further.length === 0 ? found : valueAt(found, further);
}

/** An index of an array as a JSON pointer has it: without sign and leading zeros (RFC 6901, section 4). */
export const arrayIndex = /^(0|[1-9]\d*)$/;
