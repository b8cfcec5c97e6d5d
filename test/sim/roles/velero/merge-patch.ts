type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The merge patch that makes `from` equal to `to`: what `to` lacks goes. */
export function mergePatch(from: Fields, to: Fields): Fields {
  const gone = Object.keys(from).filter((key) => to[key] === undefined);
  const changed = Object.entries(to).map(([key, value]) => {
    const old = from[key];
    return [key, isFields(old) && isFields(value) ? mergePatch(old, value) : value];
  });
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...Object.fromEntries(changed) };
}
