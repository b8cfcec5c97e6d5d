import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { renderHtml } from "../../../../steps/lib/report/render-html.ts";
import { renderMarkdown } from "../../../../steps/lib/report/render-markdown.ts";
import { tableParts } from "../../../../steps/lib/report/table-parts.ts";
import type { Report, ReportTable } from "../../../../steps/lib/report/types.ts";

function fleet(size: number, exceptions: readonly number[]): ReportTable {
  const rows = Array.from({ length: size }, (_, index) => [`c${index}`, exceptions.includes(index) ? "lost" : "fine"]);
  return { title: "Clusters", columns: ["Cluster", "State"], rows, exceptions, legend: "Counted from the start." };
}

function report(table: ReportTable): Report {
  return {
    ...{ schemaVersion: "1.0", title: "T", operation: "switchover", operationId: "o", runName: "r", outcome: "failed" },
    ...{ summary: "s", startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:01:00Z" },
    ...{ facts: [], timeline: [], checks: [], warnings: [], errors: [], nextActions: [], tables: [table] },
  };
}

describe("W-08 a long table of clusters", () => {
  test("shows every row once, the exceptions first, whatever its size", () => {
    const tables = fc.integer({ min: 0, max: 400 }).chain((size) => {
      const index = fc.integer({ min: 0, max: Math.max(0, size - 1) });
      return fc.uniqueArray(index, { maxLength: size }).map((exceptions) => fleet(size, exceptions));
    });
    fc.assert(
      fc.property(tables, (table) => {
        const { first, rest, exceptions } = tableParts(table);
        expect([...first, ...rest].toSorted()).toEqual(table.rows.toSorted());
        expect(first.every(([, state]) => state === "lost")).toBe(true);
        expect(exceptions).toBe(table.rows.filter(([, state]) => state === "lost").length);
      }),
    );
  });

  test("opens in HTML what is to be looked at, and folds the rest", () => {
    const html = renderHtml(report(fleet(3_000, [7, 2_999])));
    const [open = "", folded = ""] = html.split("<details>");
    expect(open).toContain("Clusters (3,000, 2 to be looked at)");
    expect(open).toMatch(/✖<\/span> c7<.*✖<\/span> c2999</s);
    expect(open).not.toContain(">c8<");
    expect(folded).toContain("<summary>The other 2,998</summary>");
    expect(folded).toContain(">c8<");
  });

  test("is in Markdown what a ticket takes: the exceptions, and how many there are", () => {
    const markdown = renderMarkdown(report(fleet(3_000, [7, 2_999])));
    expect(markdown).toContain("| c2999 | lost |");
    expect(markdown).not.toContain("| c8 |");
    expect(markdown).toContain("2 of 3000 are to be looked at; all rows are in report.html and report.json.");
  });

  test("is whole in both where it is short, the exceptions first", () => {
    const table = fleet(12, [11]);
    expect(renderMarkdown(report(table)).indexOf("c11 |")).toBeLessThan(renderMarkdown(report(table)).indexOf("c0 |"));
    expect(renderHtml(report(table))).not.toContain("<details>");
  });

  test("of which everything is an exception stays usable: the first 200, the others folded", () => {
    const all = fleet(
      3_000,
      Array.from({ length: 3_000 }, (_, index) => index),
    );
    expect(tableParts(all)).toMatchObject({ exceptions: 3_000, first: { length: 200 }, rest: { length: 2_800 } });
    expect(renderMarkdown(report(all))).toContain("3000 of 3000 are to be looked at, the first 200 of them here;");
  });
});
