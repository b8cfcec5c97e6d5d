/** A JSON or YAML object, of which nothing more is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Neither a list nor `null`, which `typeof` takes for objects. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
