import { type Fields, isFields } from "../schema/is-fields.ts";

function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function differingItems(wanted: readonly unknown[], actual: unknown, path: string): readonly string[] {
  if (!Array.isArray(actual) || actual.length !== wanted.length)
    return [`${path}: wanted ${show(wanted)}, is ${show(actual)}`];
  return wanted.flatMap((item, index) => differingFields(item, actual[index], `${path}[${index}]`));
}

/**
 * Where `actual` lacks what was asked for, one line per field: `spec.paused: wanted true, is false`. Fields that were
 * not asked for do not count; `null` asks for absence (RFC 7396), as does an empty object.
 */
export function differingFields(wanted: unknown, actual: unknown, path = ""): readonly string[] {
  if (wanted === null || wanted === undefined) {
    return actual === null || actual === undefined ? [] : [`${path}: wanted absent, is ${show(actual)}`];
  }
  if (Array.isArray(wanted)) return differingItems(wanted, actual, path);
  if (!isFields(wanted)) return wanted === actual ? [] : [`${path}: wanted ${show(wanted)}, is ${show(actual)}`];
  if (actual !== undefined && actual !== null && !isFields(actual)) {
    return [`${path}: wanted ${show(wanted)}, is ${show(actual)}`];
  }
  return Object.entries(wanted).flatMap(([key, value]) =>
    differingFields(value, actual?.[key], path === "" ? key : `${path}.${key}`),
  );
}

const serverMetadata = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "managedFields",
  "generateName",
]);

/** What a caller asked for: without status and the metadata that only the server sets. */
export function requestedFields(body: object): Fields {
  const fields: Record<string, unknown> = { ...body };
  delete fields["status"];
  const { metadata } = fields;
  if (isFields(metadata)) {
    fields["metadata"] = Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverMetadata.has(key)));
  }
  return fields;
}
