import { describe, expect, test } from "@jest/globals";
import { jsonPatchHolds } from "../../../../steps/lib/kube/json-patch-holds.ts";

const object = {
  metadata: { labels: { "a/b": "1", "c~d": "2" } },
  spec: { paused: true, list: ["x", "y"], nested: { a: 1, b: 2 } },
};

describe("whether an object is as a JSON patch leaves it", () => {
  test.each([
    [[{ op: "replace", path: "/spec/paused", value: true }], true],
    [[{ op: "replace", path: "/spec/paused", value: false }], false],
    [[{ op: "add", path: "/metadata/labels/a~1b", value: "1" }], true],
    [[{ op: "add", path: "/metadata/labels/c~0d", value: "2" }], true],
    [[{ op: "add", path: "/spec/nested", value: { a: 1 } }], true],
    [[{ op: "add", path: "/spec/list/-", value: "y" }], false],
    [[{ op: "remove", path: "/spec/gone" }], true],
    [[{ op: "remove", path: "/spec/paused" }], false],
    [[{ op: "remove", path: "/spec/list/5" }], false],
    [
      [
        { op: "test", path: "/spec/paused", value: false },
        { op: "replace", path: "/spec/paused", value: true },
      ],
      true,
    ],
    [[{ op: "move", from: "/spec/a", path: "/spec/paused" }], false],
    [[{ op: "remove", path: "/spec/__proto__" }], true],
  ] as const)("%j: %s", (operations, holds) => {
    expect(jsonPatchHolds(operations, object)).toBe(holds);
  });

  test("is no for an object that is gone", () => {
    expect(jsonPatchHolds([{ op: "replace", path: "/spec/paused", value: true }], undefined)).toBe(false);
  });
});
