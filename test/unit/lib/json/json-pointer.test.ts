import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatPointer, isOnTheWay, parsePointer } from "../../../../steps/lib/json/json-pointer.ts";

describe("a JSON pointer", () => {
  test.each([
    ["", []],
    ["/", [""]],
    ["/a/b", ["a", "b"]],
    ["/a~1b/m~0n", ["a/b", "m~n"]],
    ["/a~01", ["a~1"]],
  ])("'%s' is read", (text, path) => {
    expect(parsePointer(text)).toEqual(path);
  });

  test.each(["a", "a/b", "/a~", "/a~2", "/~~0"])("'%s' is none", (text) => {
    expect(parsePointer(text)).toBeUndefined();
  });

  test("is what was written", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (path) => {
        expect(parsePointer(formatPointer(path))).toEqual(path);
      }),
    );
  });
});

describe("two paths", () => {
  test.each([
    [["a"], ["a", "b"], true],
    [["a", "b"], ["a"], true],
    [["a"], ["a"], true],
    [["a"], ["ab"], false],
    [["a", "b"], ["a", "c"], false],
  ])("%j and %j lie on one way: %s", (one, other, expected) => {
    expect(isOnTheWay(one, other)).toBe(expected);
  });
});
