import { describe, expect, test } from "@jest/globals";
import { eventsOf } from "../../../steps/baseline/events/collect-events.ts";
import { reconcileReport } from "../../../steps/baseline/report/reconcile-report.ts";
import { runSummary } from "../../../steps/baseline/report/run-summary.ts";
import { driftedFields } from "../../../steps/baseline/run/drifted-fields.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { descheduler } from "./support/objects.ts";
import { assetRecord, deschedulerIdentity, failedAt, runRecord, tombstone } from "./support/run-records.ts";

const interval = {
  path: "/spec/deschedulingIntervalSeconds",
  live: 300,
  desired: 60,
  owners: ["kubectl-edit (Update)"],
};

const corrected = assetRecord(
  "descheduler-loadaware",
  { result: "applied", existed: true },
  { identity: deschedulerIdentity, drift: [interval], patchOperations: 2, ignoredFields: ["/spec/mode"] },
);
const missing = assetRecord("metallb", { result: "not-selected", reason: "crd-missing", crd: "metallbs.metallb.io" });
const refused = assetRecord("ui-monitoring", failedAt("dry-run", "a webhook says no"));

const rollout = { pool: "worker", nodes: 3, nodesAtOnce: 1, rounds: 3, isPaused: false, causes: ["MachineConfig/a"] };

describe("the summary of a run for programs", () => {
  test("has every asset with its drift, and leaves out what there is not", () => {
    const record = runRecord({
      assets: [corrected, refused, missing],
      tombstones: [tombstone("skipped")],
      rollouts: [rollout],
      advice: ["x"],
    });
    expect(runSummary(record, eventsOf(record, []))).toEqual({
      runId: "run-7",
      startedAt: "2026-03-01T10:00:00.000Z",
      finishedAt: "2026-03-01T10:00:12.500Z",
      dryRun: false,
      outcome: "failed",
      exitCode: 3,
      message: "failed to reconcile 1/2 assets: [ui-monitoring: a webhook says no]",
      hco: { namespace: "openshift-cnv", name: "kubevirt-hyperconverged", generation: 3 },
      counts: expect.objectContaining({ selected: 2, applied: 1, failed: 1 }),
      assets: [
        {
          asset: "descheduler-loadaware",
          identity: deschedulerIdentity,
          result: "applied",
          driftPaths: ["/spec/deschedulingIntervalSeconds"],
          diff: [interval],
          patchOps: 2,
          ignored: ["/spec/mode"],
          durationMs: 40,
        },
        {
          asset: "ui-monitoring",
          identity: refused.identity,
          result: "failed",
          error: "a webhook says no",
          durationMs: 40,
        },
        {
          asset: "metallb",
          identity: missing.identity,
          result: "not-selected",
          reason: "crd-missing",
          details: "metallbs.metallb.io is not installed",
          durationMs: 40,
        },
      ],
      rollouts: [rollout],
      tombstones: [
        {
          kind: "UIPlugin",
          name: "kubevirt-plugin",
          namespace: "",
          path: "tombstones/kubevirt-plugin.yaml",
          status: "skipped",
          reason: "why",
        },
      ],
      events: [
        {
          reason: "TombstoneSkipped",
          target: "UIPlugin/kubevirt-plugin",
          note: "UIPlugin/kubevirt-plugin, of an earlier release, is kept: why",
          type: "Warning",
        },
      ],
      advice: ["x"],
    });
  });

  test("B-12-04 shows what was live and what is desired", () => {
    const [asset] = runSummary(runRecord({ assets: [corrected] }), []).assets;
    expect(asset?.diff).toEqual([expect.objectContaining({ live: 300, desired: 60 })]);
  });

  test("says why a run came to no assets", () => {
    const summary = runSummary(runRecord({ ending: { ending: "error", error: "ECONNREFUSED" } }), []);
    expect(summary).toMatchObject({ outcome: "failed", exitCode: 1, message: "ECONNREFUSED" });
  });

  test("holds nothing of a Secret but which of its fields differ", () => {
    const drift = [{ path: "/data/password", live: "aHVudGVyMg==", desired: null, owners: [] }];
    const secret = assetRecord(
      "s",
      { result: "unchanged" },
      { identity: { ...deschedulerIdentity, kind: "Secret" }, drift },
    );
    const record = runRecord({ assets: [secret] });
    const everything = JSON.stringify([runSummary(record, []), reconcileReport(record)]);
    expect(everything).toContain("/data/password");
    expect(everything).not.toContain("aHVudGVyMg");
    expect(runSummary(record, []).assets[0]?.diff).toEqual([{ ...drift[0], live: "(hidden)" }]);
  });
});

describe("who owns a field that drifted", () => {
  const entry = (manager: string, operation: string, fieldsV1: JsonObject): JsonObject => ({
    manager,
    operation,
    fieldsV1,
  });
  const live = descheduler(
    { a: 1 },
    {
      managedFields: [
        entry("virt-platform-autopilot", "Apply", { "f:spec": { "f:a": {}, "f:list": { 'k:{"name":"x"}': {} } } }),
        entry("kubectl-edit", "Update", { "f:spec": { "f:a": {}, "f:map": {} } }),
        entry("kubectl-edit", "Update", { "f:status": {} }),
      ],
    },
  );
  const owners = (path: string): readonly string[] =>
    driftedFields(live, [{ path, live: null, desired: null }]).flatMap((field) => field.owners);

  test.each([
    ["B-12-09 a field of both", "/spec/a", ["kubectl-edit (Update)", "virt-platform-autopilot (Apply)"]],
    ["a list of which somebody has an element", "/spec/list", ["virt-platform-autopilot (Apply)"]],
    ["a field of a map that is owned as one value", "/spec/map/x/y", ["kubectl-edit (Update)"]],
    ["a field of nobody", "/spec/b", []],
  ])("%s", (_what, path, expected) => {
    expect(owners(path)).toEqual(expected);
  });

  test("is nobody where the server keeps no record", () => {
    expect(driftedFields(descheduler(), [{ path: "/spec/a", live: 1, desired: 2 }])[0]?.owners).toEqual([]);
  });
});
