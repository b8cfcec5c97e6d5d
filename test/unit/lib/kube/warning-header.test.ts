import { describe, expect, test } from "@jest/globals";
import { Warnings, warningTexts } from "../../../../steps/lib/kube/warning-header.ts";

describe("the warnings of a server", () => {
  test.each([
    [undefined, []],
    ['299 - "v1beta1 is deprecated"', ["v1beta1 is deprecated"]],
    ['299 - "one", 299 - "two, with a comma"', ["one", "two, with a comma"]],
    ['299 - "says \\"quoted\\" and \\\\"', ['says "quoted" and \\']],
    ["nonsense", []],
    ['110 - "another code"', []],
  ])("of %j are %j", (header, texts) => {
    expect(warningTexts(header === undefined ? {} : { warning: header })).toEqual(texts);
  });

  test("are kept once each, a hundred at most", () => {
    const warnings = new Warnings();
    for (let index = 0; index < 500; index += 1) warnings.note({ warning: `299 - "number ${index % 250}"` });
    expect(warnings.list()).toHaveLength(100);
    expect(new Set(warnings.list()).size).toBe(100);
  });
});
