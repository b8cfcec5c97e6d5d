import { describe, expect, test } from "@jest/globals";
import type { Check, Waited } from "../../../../steps/switchover/preflight/check.ts";
import type { Finding } from "../../../../steps/switchover/preflight/finding.ts";
import type { Observation } from "../../../../steps/switchover/preflight/observation.ts";
import type { PreflightSettings } from "../../../../steps/switchover/preflight/settings.ts";
import { hubs, settings } from "./observations.ts";

/** `critical primary`, or `passed both`: then what its message says, then what its remediation says. */
export type Expected = readonly [verdict: string, message?: string, remediation?: string];

export interface Rule {
  /** A scenario's id first, where there is one. */
  readonly given: string;
  readonly observed?: Observation;
  readonly settings?: Partial<PreflightSettings>;
  readonly waited?: Waited;
  /** In the order of the report. */
  readonly finds: readonly Expected[];
}

export function verdictOf({ hub, result, severity }: Finding): string {
  return `${result === "failed" ? severity : result} ${hub}`;
}

/** Judges what was observed. */
export function findingsOf(check: Check, rule: Pick<Rule, "observed" | "settings" | "waited">): readonly Finding[] {
  return check.evaluate(rule.observed ?? hubs(), { ...settings, ...rule.settings }, rule.waited);
}

/** One test per rule of a check. */
export function describeRules(check: Check, rules: readonly Rule[]): void {
  describe(`check ${check.id}`, () => {
    test.each(rules.map((rule) => [rule.given, rule] as const))("%s", (_given, rule) => {
      const findings = findingsOf(check, rule);
      expect(findings.map(verdictOf)).toEqual(rule.finds.map(([verdict]) => verdict));
      for (const [index, [, message = "", remediation = ""]] of rule.finds.entries()) {
        expect(findings[index]?.message).toContain(message);
        expect(findings[index]?.remediation).toContain(remediation);
      }
    });
  });
}
