import { isJsonArray, isJsonObject, type Json } from "./json.ts";

/** Keeps a value and all that is in it from being changed; gives it back. */
export function freeze<T extends Json>(value: T): T {
  if (isJsonArray(value)) for (const one of value) freeze(one);
  else if (isJsonObject(value)) for (const one of Object.values(value)) freeze(one);
  return Object.freeze(value);
}
