import { isJsonObject, type JsonObject } from "../../steps/lib/json/json.ts";

/** A way through objects by names. */
export type ReadPath = readonly string[];

/**
 * The same object, which notes each way by which something of it is read, whether it is there or not. A list is one
 * value: what is read within it is not told.
 */
export function recorded<T extends JsonObject>(object: T, note: (path: ReadPath) => void, way: ReadPath = []): T {
  return new Proxy(object, {
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === "string") note([...way, name]);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof name !== "string" || !Object.hasOwn(target, name)) return value;
      note([...way, name]);
      return isJsonObject(value) ? recorded(value, note, [...way, name]) : value;
    },
  });
}

function isBelow(path: ReadPath, other: ReadPath): boolean {
  return path.length > other.length && other.every((name, index) => path[index] === name);
}

/** The ends of the ways, each once, in order of the alphabet. Pure. */
export function endsOf(paths: readonly ReadPath[]): readonly ReadPath[] {
  const distinct = [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
  return distinct
    .filter((path) => !distinct.some((other) => isBelow(other, path)))
    .toSorted((one, other) => (one.join("\n") < other.join("\n") ? -1 : 1));
}
