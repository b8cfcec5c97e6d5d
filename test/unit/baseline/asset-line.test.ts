import { describe, expect, test } from "@jest/globals";
import { assetLine } from "../../../steps/baseline/run/asset-line.ts";
import type { DriftedField } from "../../../steps/baseline/run/run-record.ts";
import { assetRecord, deschedulerIdentity, failedAt } from "./support/run-records.ts";

const identity = deschedulerIdentity;
const drifted = (path: string, ...owners: readonly string[]): DriftedField => ({ path, live: 1, desired: 2, owners });

describe("the line of an asset in the log", () => {
  test("says what became of it", () => {
    const line = assetLine(assetRecord("swap-enable", { result: "unchanged" }), false);
    expect(line).toEqual({ level: "info", text: "swap-enable: unchanged" });
  });

  test("says why it failed, since a run in a pod may keep no report", () => {
    const line = assetLine(assetRecord("swap-enable", failedAt("dry-run", "webhook down")), false);
    expect(line).toEqual({ level: "warn", text: "swap-enable: failed: webhook down", id: "BASE-AST-05" });
  });

  test("names the fields that had drifted, and who owned them", () => {
    const drift = [drifted("/spec/mode", "kubectl-edit"), drifted("/spec/a"), drifted("/spec/b", "argocd", "bob")];
    const record = assetRecord("descheduler", { result: "applied", existed: true }, { identity, drift });
    expect(assetLine(record, false).text).toBe(
      "descheduler: applied, drifted: /spec/mode of kubectl-edit, /spec/a, /spec/b of argocd and bob",
    );
  });

  test("names three of many fields", () => {
    const drift = ["a", "b", "c", "d", "e"].map((name) => drifted(`/spec/${name}`));
    const record = assetRecord("descheduler", { result: "applied", existed: true }, { identity, drift });
    expect(assetLine(record, false).text).toBe("descheduler: applied, drifted: /spec/a, /spec/b, /spec/c and 2 more");
  });

  test("does not say of a dry run that it applied anything", () => {
    const record = assetRecord("descheduler", { result: "applied", existed: false }, { identity });
    expect(assetLine(record, true).text).toBe("descheduler: would be applied");
  });
});
