import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { importToken } from "../../../../steps/switchover/acm/import-token.ts";
import { formatSpan } from "../../../../steps/switchover/preflight/age.ts";
import { checkRequestAge } from "../../../../steps/switchover/preflight/check-request.ts";
import {
  type CheckResult,
  critical,
  passed,
  skipped,
  warning,
} from "../../../../steps/switchover/preflight/finding.ts";
import { findingsTable } from "../../../../steps/switchover/preflight/findings-table.ts";
import { nameList } from "../../../../steps/switchover/preflight/name-list.ts";
import {
  acmInstallation,
  chooseInstallation,
  hiveCluster,
  podSummary,
  trimmedRestore,
} from "../../../../steps/switchover/preflight/projections.ts";
import { firstFailures, sentence, verdictOf } from "../../../../steps/switchover/preflight/verdict.ts";
import { hour, minute, now, passive } from "./observations.ts";

function result(id: string, finding: ReturnType<typeof passed>): CheckResult {
  return { id, number: 1, name: id, ...finding };
}

const results: readonly CheckResult[] = [
  result("rbac", passed("primary", "fine")),
  result("bsl", critical("secondary", "none", "make one")),
  result("bsl", critical("primary", "none either", "make one")),
  result("clock-skew", warning("both", "apart", "set the clocks")),
  result("msa-tokens", skipped("primary", "down")),
];

describe("the verdict", () => {
  test("counts what was not skipped, and fails for what is critical", () => {
    const verdict = verdictOf(results);
    expect(verdict).toMatchObject({ passed: false, passedFindings: 1, totalFindings: 4 });
    expect(sentence(verdict)).toBe(
      "preflight failed: 2 critical (bsl (secondary), bsl (primary)), 1 of 4 findings passed, 1 warnings",
    );
    expect(firstFailures(verdict)).toEqual({
      why: "bsl (secondary): none | bsl (primary): none either",
      fix: "make one",
    });
  });

  test("passes with warnings", () => {
    const verdict = verdictOf(results.filter(({ severity }) => severity !== "critical"));
    expect(sentence(verdict)).toBe("preflight passed: 1 of 2 findings passed, 1 warnings");
  });

  test("is a table in which each failure has its fix below it", () => {
    expect(findingsTable(results).rows).toEqual([
      ["ok", "rbac", "primary", "fine"],
      ["FAILED", "bsl", "secondary", "none"],
      ["", "", "", "fix: make one"],
      ["FAILED", "bsl", "primary", "none either"],
      ["", "", "", "fix: make one"],
      ["warning", "clock-skew", "both", "apart"],
      ["", "", "", "fix: set the clocks"],
      ["skipped", "msa-tokens", "primary", "down"],
    ]);
  });
});

test.each([
  [0, "less than a minute"],
  [-hour, "less than a minute"],
  [8 * minute, "8 min"],
  [hour, "1 h"],
  [3 * hour + 20 * minute, "3 h 20 min"],
  [52 * hour + 5 * minute, "2 d 4 h"],
])("%d ms are %s", (span, text) => {
  expect(formatSpan(span)).toBe(text);
});

test("a list of names stays short, and says how many it leaves out", () => {
  const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
  expect(nameList(names.slice(0, 10))).toBe("c0, c1, c2, c3, c4, c5, c6, c7, c8, c9");
  expect(nameList(names)).toBe("c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 2 more");
});

describe("a request from outside", () => {
  const at =
    (ms: number): (() => void) =>
    () =>
      checkRequestAge(new Date(now + ms).toISOString(), now);

  test("is taken within five minutes of its time, and without one", () => {
    expect(() => checkRequestAge(undefined, now)).not.toThrow();
    fc.assert(fc.property(fc.integer({ min: -300_000, max: 300_000 }), (ms) => expect(at(ms)).not.toThrow()));
  });

  test.each([[-301_000], [301_000]])("is refused %d ms from it", (ms) => {
    expect(at(ms)).toThrow(
      expect.objectContaining({ exitCode: 4, text: expect.objectContaining({ id: "SW-PRE-04" }) }),
    );
  });

  test("is refused when its time is none", () => {
    expect(() => checkRequestAge("99:99", now)).toThrow(expect.objectContaining({ exitCode: 4 }));
  });
});

describe("what is kept of", () => {
  test("a MultiClusterHub that names no component is its version and phase", () => {
    expect(
      acmInstallation({ metadata: { name: "x" }, status: { currentVersion: "2.14.1", phase: "Running" } }),
    ).toEqual({
      name: "x",
      version: acmVersion("2.14.1"),
      phase: "Running",
    });
  });

  test("several MultiClusterHubs is the one of the usual name, else the first", () => {
    const [first, usual] = ["a", "multiclusterhub"].map((name) => acmInstallation({ metadata: { name } }));
    expect(chooseInstallation([first, usual].filter((one) => one !== undefined))?.name).toBe("multiclusterhub");
    expect(chooseInstallation(first === undefined ? [] : [first])?.name).toBe("a");
    expect(chooseInstallation([])).toBeUndefined();
  });

  test.each([[{}], [{ spec: {} }], [{ spec: { preserveOnDelete: false } }]])(
    "a ClusterDeployment with %j is that its cluster is not preserved",
    (more) => {
      expect(hiveCluster({ metadata: { name: "x", namespace: "x" }, ...more }).preserveOnDelete).toBe(false);
    },
  );

  test("a token Secret is its cluster and expiry, never its data; another Secret is nothing", () => {
    const metadata = { name: "auto-import-account-2", namespace: "c1" };
    const secret = { metadata: { ...metadata, annotations: { expirationTimestamp: "2026-01-01T12:00:00Z" } } };
    expect(importToken({ ...secret, data: { token: "c2VjcmV0" } })).toEqual({ cluster: "c1", expiresAt: now });
    expect(importToken({ metadata: { ...metadata, name: "auto-import-secret" } })).toBeUndefined();
  });

  test("a pod without conditions is that it is not ready", () => {
    expect(podSummary({ metadata: { name: "p" } })).toEqual({ name: "p", phase: "", ready: false });
  });

  test("a Restore is all but its messages, one per cluster", () => {
    const restore = passive({ status: { phase: "Finished", messages: ["a", "b"] } });
    expect(trimmedRestore(restore)).toEqual({ ...restore, status: { phase: "Finished" } });
  });
});
