import { isFields } from "../../lib/schema/is-fields.ts";

/**
 * The merge patch (RFC 7396) that makes `wanted` of `current`, keys that are not wanted taken away; `undefined` where
 * nothing differs. Pure.
 *
 * @example mergePatchTo({ retry: {} }, { automated: {} }) // { retry: null, automated: {} }
 */
export function mergePatchTo(current: unknown, wanted: unknown): unknown {
  if (!isFields(current) || !isFields(wanted)) {
    if (JSON.stringify(current) === JSON.stringify(wanted)) return undefined;
    return wanted ?? null;
  }
  const gone = Object.keys(current)
    .filter((key) => !Object.hasOwn(wanted, key))
    .map((key) => [key, null] as const);
  const changed = Object.entries(wanted).flatMap(([key, value]) => {
    const patch = Object.hasOwn(current, key) ? mergePatchTo(current[key], value) : value;
    return patch === undefined ? [] : [[key, patch] as const];
  });
  const patch = [...gone, ...changed];
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}
