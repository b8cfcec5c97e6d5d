import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { ResultWriter } from "../../../../steps/lib/step/result-writer.ts";
import type { ResultDeclarations } from "../../../../steps/lib/step/types.ts";

const declarations: ResultDeclarations = {
  verdict: { description: "d", neutral: "none", values: ["none", "passed", "failed"] },
  count: { description: "d", neutral: "0" },
  summary: { description: "d", neutral: "", human: true },
};

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-results-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

function writer(of: ResultDeclarations = declarations): ResultWriter {
  return new ResultWriter(of, { variable: () => undefined, directory });
}

function written(name: string): string {
  return readFileSync(join(directory, name), "utf8");
}

function exitCodeOf(action: () => void): number | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof FairleadError ? error.exitCode : undefined;
  }
  return undefined;
}

describe("ResultWriter", () => {
  test("writes the neutral value of every declared result first", () => {
    writer().writeNeutral();
    expect(readdirSync(directory).map((name) => [name, written(name)])).toEqual([
      ["count", "0"],
      ["summary", ""],
      ["verdict", "none"],
    ]);
  });

  test("writes a value without a trailing newline", () => {
    writer().set("verdict", "passed");
    expect(written("verdict")).toBe("passed");
  });

  test("writes to the path that the RESULT_ variable names", () => {
    const path = join(directory, "from-variable");
    const results = new ResultWriter(declarations, {
      variable: (name) => (name === "RESULT_COUNT" ? path : undefined),
    });
    results.set("count", "7");
    expect(written("from-variable")).toBe("7");
  });

  test("cuts text for people to 256 bytes without splitting a character", () => {
    writer().set("summary", "é".repeat(300));
    expect(written("summary")).toBe(`${"é".repeat(126)}…`);
    expect(Buffer.byteLength(written("summary"))).toBeLessThanOrEqual(256);
  });

  test("joins the lines of a text for people", () => {
    writer().set("summary", "one\r\ntwo\n");
    expect(written("summary")).toBe("one two");
  });

  test("keeps the lines of a text that is declared to have some, cuts it to its bytes, and lets none of it draw colours", () => {
    const results = writer({ ...declarations, diff: { description: "d", neutral: "", human: true, linesBytes: 20 } });
    results.set("diff", "- one\n+ \u001b[31mtwo\r\n");
    expect(written("diff")).toBe("- one\n+  [31mtwo");
    results.set("diff", `first\n${"é".repeat(20)}`);
    expect(written("diff")).toBe(`first\n${"é".repeat(5)}…`);
  });

  test("cuts text for people to what the other results leave of 1,024 bytes", () => {
    const plain = { description: "d", neutral: "" };
    const results = writer({ a: plain, b: plain, c: plain, d: plain, summary: { ...plain, human: true } });
    for (const name of ["a", "b", "c"]) results.set(name, "x".repeat(256));
    results.set("d", "x".repeat(236));
    results.set("summary", "y".repeat(256));
    expect(written("summary")).toBe(`${"y".repeat(17)}…`);
  });

  test.each([
    ["a value over 256 bytes", "count", "x".repeat(257)],
    ["a value outside its enumeration", "verdict", "maybe"],
    ["a control character", "count", "1\n"],
    ["an undeclared name", "other", "x"],
  ])("ends with exit code 70 for %s", (_title, name, value) => {
    expect(exitCodeOf(() => writer().set(name, value))).toBe(70);
  });

  test("ends with exit code 70 when all results exceed 1,024 bytes", () => {
    const plain = { description: "d", neutral: "" };
    const results = writer({ a: plain, b: plain, c: plain, d: plain, e: plain });
    for (const name of ["a", "b", "c", "d"]) results.set(name, "x".repeat(256));
    expect(exitCodeOf(() => results.set("e", "x"))).toBe(70);
  });

  test("names result and path when the file cannot be written", () => {
    const results = new ResultWriter(declarations, { variable: () => join(directory, "missing", "count") });
    expect(() => results.set("count", "1")).toThrow(
      `STEP-08: result "count" could not be written to ${directory}/missing/count`,
    );
  });
});
