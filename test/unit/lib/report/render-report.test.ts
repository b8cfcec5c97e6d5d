import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { renderHtml } from "../../../../steps/lib/report/render-html.ts";
import { renderMarkdown } from "../../../../steps/lib/report/render-markdown.ts";
import type { Report } from "../../../../steps/lib/report/types.ts";

/** A report in which everything that a cluster can name is this text. */
function named(text: string): Report {
  return {
    schemaVersion: "1.0",
    title: "ACM hub switchover",
    operation: "switchover",
    operationId: text,
    runName: text,
    outcome: "failed",
    summary: text,
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:01:00.000Z",
    facts: [{ label: "Hub", value: text }],
    timeline: [
      {
        phase: "activation",
        step: text,
        title: text,
        state: "failed",
        startedAt: "2026-01-01T00:00:10.000Z",
        durationMs: 1000,
        note: text,
      },
    ],
    checks: [
      {
        id: "bsl",
        name: text,
        hub: "primary",
        severity: "critical",
        result: "failed",
        message: text,
        remediation: text,
      },
    ],
    tables: [{ title: "Clusters", columns: ["Cluster", "State"], rows: [[text, text]] }],
    warnings: [text],
    errors: [{ id: "SW-1", what: text, why: text, fix: text, at: "2026-01-01T00:00:10.000Z" }],
    nextActions: [text],
  };
}

/** What begins an element, a handler or another document, wherever it stands. */
function tagsOf(html: string): readonly string[] {
  return [...html.matchAll(/<[^<>]*>?/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

const plain = tagsOf(renderHtml(named("name")));

describe("the HTML report", () => {
  test.each(["<script>alert(1)</script>", '" onload="x', "<!--", "]]>", "&lt;", "'><img src=x>"])(
    "is not broken by the name %s",
    (text) => {
      expect(tagsOf(renderHtml(named(text)))).toEqual(plain);
    },
  );

  test("has the same elements whatever the names are", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
        (text) => {
          expect(tagsOf(renderHtml(named(text)))).toEqual(plain);
        },
      ),
    );
  });

  test("asks nothing of a network and runs no script", () => {
    const html = renderHtml(named("name"));
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<link|<iframe|\bsrc=|@import|url\(/);
  });
});

describe("the Markdown report", () => {
  test("keeps each cluster in one row, whatever its name is", () => {
    const rows = (text: string): number =>
      renderMarkdown(named(text))
        .split("\n")
        .filter((line) => line.startsWith("|")).length;
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
        (text) => rows(text) === rows("name"),
      ),
    );
    expect(rows("a\nb | c")).toBe(rows("name"));
  });
});
