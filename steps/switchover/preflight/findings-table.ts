import type { OutputTable } from "../../lib/step/output.ts";
import type { CheckResult } from "./finding.ts";

/** The findings as a table: what is wrong stands out by word and place, and its fix stands below it. */
export function findingsTable(results: readonly CheckResult[]): OutputTable {
  return {
    columns: ["result", "check", "hub", "finding"],
    rows: results.flatMap((finding) => {
      const row = [word(finding), finding.id, finding.hub, finding.message];
      return finding.result === "failed" && finding.remediation !== ""
        ? [row, ["", "", "", `fix: ${finding.remediation}`]]
        : [row];
    }),
  };
}

function word({ result, severity }: CheckResult): string {
  if (result !== "failed") {
    return result === "passed" ? "ok" : "skipped";
  }
  return severity === "critical" ? "FAILED" : "warning";
}
