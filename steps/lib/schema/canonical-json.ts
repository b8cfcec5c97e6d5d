import { isFields } from "./is-fields.ts";

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** JSON with sorted keys, so that equal values give equal bytes whoever wrote them. Pure. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}
