import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import jsonPatch from "fast-json-patch";
import { mergePatched, touchedBy } from "../../../../steps/lib/plan/merge-patch.ts";

// The examples of RFC 7396, appendix A.
const examples: readonly (readonly [unknown, unknown, unknown])[] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, leaf, fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("tree"))),
}));

describe("a merge patch", () => {
  test.each(examples)("%j with %j becomes %j", (value, patch, result) => {
    expect(mergePatched(value, patch)).toEqual(result);
  });

  test("sent twice changes nothing more than sent once", () => {
    fc.assert(
      fc.property(tree, tree, (value, patch) => {
        const once = mergePatched(value, patch);
        expect(mergePatched(once, patch)).toEqual(once);
      }),
    );
  });

  test("changes nothing beside what it touches", () => {
    fc.assert(
      fc.property(tree, tree, (value, patch) => {
        const difference = jsonPatch.compare({ v: value }, { v: mergePatched(value, patch) });
        const touched = jsonPatch.compare(
          { v: touchedBy(patch, value) },
          { v: touchedBy(patch, mergePatched(value, patch)) },
        );
        expect(touched.length === 0).toBe(difference.length === 0);
      }),
    );
  });
});
