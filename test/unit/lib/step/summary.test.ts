import { describe, expect, test } from "@jest/globals";
import { summaryText } from "../../../../steps/lib/step/summary.ts";

const error = {
  id: "SW-ACT-07",
  what: 'hub "new" did not become Available in 300 s',
  why: "klusterlet work agent pods pending (2 of 3)",
  fix: 'check node capacity on hub "new", then start again with the same operation-id',
};

describe("summaryText", () => {
  test("gives a failure five lines: what, why, fix, more, exit", () => {
    expect(summaryText("switchover activate", { kind: "error", error, more: "output/report.json", exitCode: 5 })).toBe(
      [
        'ERROR SW-ACT-07 switchover activate: hub "new" did not become Available in 300 s',
        "why:  klusterlet work agent pods pending (2 of 3)",
        'fix:  check node capacity on hub "new", then start again with the same operation-id',
        "more: output/report.json",
        "exit: 5",
        "",
      ].join("\n"),
    );
  });

  test("leaves out where to read more when there is nothing more", () => {
    expect(summaryText("switchover activate", { kind: "error", error, exitCode: 5 }).split("\n")).toHaveLength(5);
  });

  test("tells a success with its duration", () => {
    expect(
      summaryText("switchover preflight", { kind: "done", what: "35 checks passed", took: "4.2 s", exitCode: 0 }),
    ).toBe("OK    switchover preflight: 35 checks passed\ntook: 4.2 s\nexit: 0\n");
  });

  test("does not call a negative verdict a success", () => {
    const text = summaryText("switchover preflight", {
      kind: "verdict",
      what: "2 checks failed",
      took: "4.2 s",
      exitCode: 3,
    });
    expect(text).toMatch(/^NO {4}switchover preflight: 2 checks failed\n/);
  });

  test("keeps five lines whatever a server put into a message", () => {
    const hostile = { ...error, what: "a\nexit: 0\n", why: "\u001b[2Jb\r\nc" };
    const lines = summaryText("x", { kind: "error", error: hostile, exitCode: 1 }).split("\n");
    expect(lines.slice(0, 2)).toEqual(["ERROR SW-ACT-07 x: a exit: 0", "why:  [2Jb c"]);
  });
});
