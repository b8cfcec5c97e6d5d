import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { applies, type Check } from "../../../../steps/switchover/preflight/check.ts";
import type { Observation } from "../../../../steps/switchover/preflight/observation.ts";
import type { Reading } from "../../../../steps/switchover/preflight/reading.ts";
import { checks } from "../../../../steps/switchover/preflight/registry.ts";
import { evaluateChecks } from "../../../../steps/switchover/preflight/run-checks.ts";
import type { PreflightScope } from "../../../../steps/switchover/preflight/settings.ts";
import { absent, down, forbidden, hubs, settings } from "./observations.ts";

const ids = (list: readonly Check[]): readonly string[] => list.map(({ id }) => id);
const applicable = (method: "passive" | "full", scope: PreflightScope): readonly string[] =>
  ids(checks.filter((check) => applies(check, { method, scope })));

describe("the list of checks", () => {
  test("names each once, in the order of its numbers", () => {
    expect(new Set(ids(checks)).size).toBe(checks.length);
    const numbers = checks.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    for (const { id } of checks) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test("gives the rules of both hubs their numbers", () => {
    expect(Object.fromEntries(checks.map(({ number, id }) => [number, id]))).toEqual({
      1: "rbac",
      2: "api-connectivity",
      3: "hub-identity",
      4: "kubeconfig-users",
      5: "token-expiry",
      7: "namespace",
      8: "acm-version",
      9: "acm-version-match",
      10: "mch-health",
      11: "auto-import-strategy",
      12: "oadp",
      13: "dpa",
      14: "bsl",
      15: "same-storage",
      16: "backup-status",
      17: "backup-age",
      18: "backup-schedule",
      19: "msa-tokens",
      20: "cluster-deployment-protection",
      21: "managed-clusters-backup",
      22: "backup-visible-on-secondary",
      23: "no-active-schedule-on-secondary",
      24: "passive-restore",
      25: "passive-freshness",
      26: "no-foreign-restore",
      27: "observability",
      28: "observability-secret",
      29: "observability-secondary-idle",
      30: "secondary-clusters",
      31: "cluster-health",
      32: "reimportable",
      33: "gitops",
      34: "clock-skew",
      35: "msa-component",
      36: "cluster-selection",
    });
  });
});

describe("what is checked", () => {
  test("A-12: is all but the passive Restore for method full", () => {
    const passiveOnly = ["passive-restore", "passive-freshness", "cluster-selection"];
    expect(applicable("passive", "full")).toEqual(ids(checks));
    expect(applicable("full", "full")).toEqual(ids(checks).filter((id) => !passiveOnly.includes(id)));
  });

  test("by a resumed run before the pause is what must still hold", () => {
    expect(applicable("passive", "before-pause")).toEqual([
      "rbac",
      "api-connectivity",
      "hub-identity",
      "token-expiry",
      "acm-version",
      "oadp",
      "bsl",
      "backup-status",
      "backup-schedule",
      "cluster-deployment-protection",
      "managed-clusters-backup",
      "backup-visible-on-secondary",
      "no-active-schedule-on-secondary",
      "passive-restore",
      "passive-freshness",
      "no-foreign-restore",
      "msa-component",
    ]);
  });

  test("by a resumed run after the pause leaves out the schedule and its backups", () => {
    const left = applicable("passive", "before-pause").filter(
      (id) => id !== "backup-status" && id !== "backup-schedule",
    );
    expect(applicable("passive", "paused")).toEqual(left);
  });

  test("by a resumed run after the activation is whether it can go on", () => {
    const goingOn = ["rbac", "api-connectivity", "hub-identity", "token-expiry", "oadp", "bsl"];
    expect(applicable("passive", "activated")).toEqual(goingOn);
    expect(applicable("full", "activated")).toEqual(goingOn);
  });
});

describe("healthy hubs", () => {
  test("A-01: pass every check, and each says something of the hubs that it names", () => {
    const results = evaluateChecks(checks, hubs(), settings);
    expect(results.filter(({ result }) => result === "failed")).toEqual([]);
    for (const { id, hubs: named } of checks) {
      const spoken = new Set(results.filter((one) => one.id === id).map(({ hub }) => hub));
      expect({ id, spoken: spoken.has("both") ? named : [...spoken] }).toEqual({ id, spoken: [...named] });
    }
  });

  test("ask for no wait", () => {
    expect(checks.filter((check) => check.wait?.(hubs(), settings) !== undefined)).toEqual([]);
  });
});

type Loss = "kept" | "unread" | "absent" | "hub-down";

const readingOf: Readonly<Record<Exclude<Loss, "kept">, Reading<never>>> = {
  unread: forbidden,
  absent: absent("Something.example.com"),
  "hub-down": { state: "hub-down" },
};

function isReading(value: unknown): boolean {
  return typeof value === "object" && value !== null && "state" in value;
}

/** The readings of one hub, each of which may be lost in its own way. */
function losing(hub: Observation["primary" | "secondary"]) {
  const keys = Object.entries(hub).flatMap(([key, value]) => (isReading(value) ? [key] : []));
  const loss = fc.constantFrom<Loss>("kept", "kept", "unread", "absent", "hub-down");
  return fc
    .record(Object.fromEntries(keys.map((key) => [key, loss])))
    .map((losses) =>
      Object.fromEntries(
        Object.entries(losses).flatMap(([key, lost]) => (lost === "kept" ? [] : [[key, readingOf[lost]]])),
      ),
    );
}

describe("hubs of which not everything can be read", () => {
  const healthy = hubs();

  test("are judged all the same: no check throws, each failure tells what to do, nothing else does", () => {
    fc.assert(
      fc.property(losing(healthy.primary), losing(healthy.secondary), fc.boolean(), (primary, secondary, strict) => {
        const observed = {
          ...healthy,
          primary: { ...healthy.primary, ...primary },
          secondary: { ...healthy.secondary, ...secondary },
        };
        for (const { id, result, remediation, message } of evaluateChecks(checks, observed, {
          ...settings,
          strictHealth: strict,
        })) {
          expect({ id, told: message !== "" }).toEqual({ id, told: true });
          expect({ id, result, advised: remediation !== "" }).toEqual({ id, result, advised: result === "failed" });
        }
      }),
    );
  });

  test("fail at no other check than the connection when one is down, and are skipped there", () => {
    for (const hub of ["primary", "secondary"] as const) {
      const results = evaluateChecks(checks, down(hub), settings);
      const failed = results.filter(({ result, severity }) => result === "failed" && severity === "critical");
      expect(failed.map(({ id }) => id)).toEqual(["api-connectivity"]);
      expect(results.filter(({ result }) => result === "skipped").length).toBeGreaterThan(20);
    }
  });
});
