import { describe, expect, test } from "@jest/globals";
import { parsePage } from "../../../../steps/lib/kube/list-pages.ts";

describe("a page of a list", () => {
  test("has items, the collection's version, and where the next one starts", () => {
    const body = JSON.stringify({
      kind: "RestoreList",
      metadata: { resourceVersion: "9", continue: "token" },
      items: [1, 2],
    });
    expect(parsePage(body)).toEqual({ items: [1, 2], resourceVersion: "9", next: "token" });
  });

  test("is empty where Go wrote null", () => {
    expect(parsePage('{"metadata":{"resourceVersion":"9","continue":""},"items":null}')).toEqual({
      items: [],
      resourceVersion: "9",
      next: undefined,
    });
  });

  test.each([
    "null",
    "[]",
    "{}",
    '{"items":[]}',
    '{"metadata":{"resourceVersion":"1"}}',
    '{"metadata":{"resourceVersion":"1"},"items":{}}',
    '{"login":"please"}',
  ])("is never read from something else as if there were nothing: %s", (body) => {
    expect(() => parsePage(body)).toThrow("the answer is JSON, but no Kubernetes list");
  });

  test("is refused when it is cut off", () => {
    expect(() => parsePage('{"metadata":{"res')).toThrow("the answer is no JSON, or was cut off after 17 characters");
  });
});
