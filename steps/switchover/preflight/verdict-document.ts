import type { CheckResult } from "./finding.ts";
import type { Verdict } from "./verdict.ts";

/** The part of a report that tells the findings, for programs. Field names are a contract. */
export interface VerdictDocument {
  readonly passed: boolean;
  readonly summary: string;
  readonly counts: {
    readonly passed: number;
    readonly total: number;
    readonly critical: number;
    readonly warnings: number;
    readonly skipped: number;
  };
  readonly checks: readonly (CheckResult & { readonly passed: boolean })[];
}

export function verdictDocument(results: readonly CheckResult[], verdict: Verdict, summary: string): VerdictDocument {
  return {
    passed: verdict.passed,
    summary,
    counts: {
      passed: verdict.passedFindings,
      total: verdict.totalFindings,
      critical: verdict.critical.length,
      warnings: verdict.warnings.length,
      skipped: verdict.skipped.length,
    },
    checks: results.map((result) => ({ ...result, passed: result.result === "passed" })),
  };
}
