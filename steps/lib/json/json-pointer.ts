/** A place in a JSON document: the names of members and the indices of elements on the way to it. */
export type JsonPath = readonly string[];

const wrongEscape = /~(?![01])/;

/**
 * Reads a JSON pointer (RFC 6901). Pure.
 *
 * @returns its segments, without escapes; none for the root; `undefined` where the text is no pointer
 * @example parsePointer("/metadata/labels/example.com~1team") // ["metadata", "labels", "example.com/team"]
 */
export function parsePointer(text: string): JsonPath | undefined {
  if (text === "") return [];
  if (!text.startsWith("/") || wrongEscape.test(text)) return undefined;
  return text.slice(1).split("/").map(unescapeSegment);
}

/** Writes a path as a JSON pointer. Pure. */
export function formatPointer(path: JsonPath): string {
  return path.map((segment) => `/${segment.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** `~1` before `~0`, so that `~01` becomes `~1` and no slash (RFC 6901, section 4). Pure. */
export function unescapeSegment(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Whether one path leads to the other, or they to the same place, by whole segments. Pure. */
export function isOnTheWay(one: JsonPath, other: JsonPath): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return short.every((segment, index) => long[index] === segment);
}
