import { type Fields, isFields } from "../schema/is-fields.ts";

/** What RFC 7396 makes of a value and a patch for it. Pure. */
export function mergePatched(value: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result = new Map(Object.entries(isFields(value) ? value : {}));
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) result.delete(key);
    else result.set(key, mergePatched(result.get(key), change));
  }
  return Object.fromEntries(result);
}

/**
 * The part of a value that a patch names, so that before and after of a large object fit on a screen. A field that is
 * absent stays absent. Pure.
 */
export function touchedBy(patch: unknown, value: unknown): unknown {
  if (!isFields(patch) || !isFields(value)) return value;
  const picked = Object.keys(patch).flatMap((key): readonly (readonly [string, unknown])[] =>
    Object.hasOwn(value, key) ? [[key, touchedBy(patch[key], value[key])]] : [],
  );
  return Object.fromEntries(picked) satisfies Fields;
}
