import fc from "fast-check";

const [firstHalf, halves, last] = [0xd800, 0x800, 0x10ffff];

function characterOf(index: number): string {
  return String.fromCodePoint(index < firstHalf ? index : index + halves);
}

function indexOf(character: unknown): number {
  const point = typeof character === "string" ? character.codePointAt(0) : undefined;
  const isHalf = point !== undefined && point >= firstHalf && point < firstHalf + halves;
  if (point === undefined || isHalf || character !== String.fromCodePoint(point)) throw new Error("no one character");
  return point < firstHalf ? point : point - halves;
}

/**
 * Any code point of Unicode but half a surrogate pair, for `unit` of `fc.string`. It is what fast-check 4.10 calls
 * `binary`, which first fills a table of all 1.1 million of them: a second for each test file.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: last - halves }).map(characterOf, indexOf);
