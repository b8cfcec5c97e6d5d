import type { CheckResult } from "./finding.ts";

export interface Verdict {
  readonly passed: boolean;
  /** Findings that passed, of those that were not skipped. */
  readonly passedFindings: number;
  readonly totalFindings: number;
  readonly critical: readonly CheckResult[];
  readonly warnings: readonly CheckResult[];
  readonly skipped: readonly CheckResult[];
}

/** The preflight fails when any critical finding failed. */
export function verdictOf(results: readonly CheckResult[]): Verdict {
  const failures = results.filter(({ result }) => result === "failed");
  const critical = failures.filter(({ severity }) => severity === "critical");
  const skipped = results.filter(({ result }) => result === "skipped");
  return {
    passed: critical.length === 0,
    passedFindings: results.filter(({ result }) => result === "passed").length,
    totalFindings: results.length - skipped.length,
    critical,
    warnings: failures.filter(({ severity }) => severity !== "critical"),
    skipped,
  };
}

/** `rbac (primary)` */
export function label({ id, hub }: CheckResult): string {
  return hub === "both" ? id : `${id} (${hub})`;
}

/** One sentence for results, report and the last line of the log. */
export function sentence(verdict: Verdict, subject = "preflight"): string {
  const { critical, warnings, passedFindings, totalFindings } = verdict;
  const counts = `${passedFindings} of ${totalFindings} findings passed, ${warnings.length} warnings`;
  return verdict.passed
    ? `${subject} passed: ${counts}`
    : `${subject} failed: ${critical.length} critical (${[...new Set(critical.map(label))].slice(0, 5).join(", ")}), ${counts}`;
}

/** The failures that come first in the report: they often cause the others. */
export function firstFailures({ critical }: Verdict): { readonly why: string; readonly fix: string } {
  const first = critical.slice(0, 3);
  return {
    why: first.map((result) => `${label(result)}: ${result.message}`).join(" | "),
    fix: [...new Set(first.map(({ remediation }) => remediation))].join(" | "),
  };
}
