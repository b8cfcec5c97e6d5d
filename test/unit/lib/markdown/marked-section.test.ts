import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { markdownCode, markdownTable } from "../../../../steps/lib/markdown/markdown-table.ts";
import { fillSection, findSection } from "../../../../steps/lib/markdown/marked-section.ts";

const readme = "# Title\n\n<!-- list:begin -->\n\nold\n\n<!-- list:end -->\n\nThe rest.\n";

function filled(text: string, body: string): string {
  const section = findSection(text, "list");
  if (section.state === "unusable") throw new Error(section.reason);
  return fillSection(section, body);
}

describe("a section between two comments", () => {
  test("is filled anew, and nothing around it changes", () => {
    expect(filled(readme, "new")).toBe("# Title\n\n<!-- list:begin -->\n\nnew\n\n<!-- list:end -->\n\nThe rest.\n");
  });

  test("may have been empty", () => {
    expect(filled("<!-- list:begin --><!-- list:end -->", "new")).toBe(
      "<!-- list:begin -->\n\nnew\n\n<!-- list:end -->",
    );
  });

  test("that is filled twice with the same is the same", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (around, body) => {
        fc.pre(!`${around}${body}`.includes("<!--"));
        const once = filled(`${around}${readme}${around}`, body);
        expect(filled(once, body)).toBe(once);
      }),
    );
  });

  test.each([
    ["without comments", "text", "it has the comment <!-- list:begin --> nowhere"],
    ["without an end", "<!-- list:begin -->", "it has the comment <!-- list:end --> nowhere"],
    ["that begins twice", `<!-- list:begin -->${readme}`, "it has the comment <!-- list:begin --> 2 times"],
    ["that ends first", "<!-- list:end --><!-- list:begin -->", "its comment <!-- list:end --> comes before"],
    ["of another name", readme.replaceAll("list", "other"), "nowhere"],
  ])("%s is not usable", (_given, text, reason) => {
    expect(findSection(text, "list")).toEqual({ state: "unusable", reason: expect.stringContaining(reason) });
  });
});

describe("a table of Markdown", () => {
  test("keeps each cell in its place", () => {
    expect(markdownTable(["A", "B"], [["a|b", "c\nd"]])).toBe("| A | B |\n|---|---|\n| a\\|b | c d |");
  });

  test("shows code that could end it", () => {
    expect(["a=`b`", ""].map(markdownCode)).toEqual(["`a='b'`", ""]);
  });
});
