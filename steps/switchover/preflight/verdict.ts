import type { CheckResult } from "./run-checks.ts";

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
export function sentence(verdict: Verdict): string {
  const { critical, warnings, passedFindings, totalFindings } = verdict;
  const counts = `${passedFindings} of ${totalFindings} findings passed, ${warnings.length} warnings`;
  return verdict.passed
    ? `preflight passed: ${counts}`
    : `preflight failed: ${critical.length} critical (${[...new Set(critical.map(label))].slice(0, 5).join(", ")}), ${counts}`;
}
