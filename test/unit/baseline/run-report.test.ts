import { describe, expect, test } from "@jest/globals";
import { eventsOf } from "../../../steps/baseline/events/collect-events.ts";
import { reconcileReport } from "../../../steps/baseline/report/reconcile-report.ts";
import { runSummary } from "../../../steps/baseline/report/run-summary.ts";
import { driftedFields } from "../../../steps/baseline/run/drifted-fields.ts";
import type { AssetOutcome, AssetRecord, Ending, RunRecord } from "../../../steps/baseline/run/run-record.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { renderHtml } from "../../../steps/lib/report/render-html.ts";
import { renderMarkdown } from "../../../steps/lib/report/render-markdown.ts";
import type { ReportTable } from "../../../steps/lib/report/types.ts";
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
const created = assetRecord("swap-enable", { result: "applied", existed: false });
const missing = assetRecord("metallb", { result: "not-selected", reason: "crd-missing", crd: "metallbs.metallb.io" });
const unwanted = assetRecord("mtv", { result: "not-selected", reason: "conditions-not-met", unmet: ["a=true", "b"] });
const refused = assetRecord("ui-monitoring", failedAt("dry-run", "a webhook says no"));

function table(record: RunRecord, title: string): ReportTable {
  const found = reconcileReport(record).tables.find((one) => one.title === title);
  if (found === undefined) throw new Error(`there is no table ${title}`);
  return found;
}

const rowsOf = (record: RunRecord, title: string): readonly (readonly string[])[] => table(record, title).rows;

describe("the summary of a run for programs", () => {
  test("has every asset with its drift, and leaves out what there is not", () => {
    const record = runRecord({
      assets: [corrected, refused, missing],
      tombstones: [tombstone("skipped")],
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
          reason: "metallbs.metallb.io is not installed",
          durationMs: 40,
        },
      ],
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

describe("the report of a run shows", () => {
  const record = runRecord({
    assets: [created, corrected, refused, missing, unwanted],
    tombstones: [tombstone("pending")],
  });

  test("what is applied, and first what is to be looked at", () => {
    expect(rowsOf(record, "Assets")).toEqual([
      ["swap-enable", "MachineConfig/swap-enable", "created", "", "0.04"],
      ["descheduler-loadaware", "KubeDescheduler/openshift-kube-descheduler-operator/cluster", "corrected", "", "0.04"],
      ["ui-monitoring", "MachineConfig/ui-monitoring", "failed", "a webhook says no", "0.04"],
    ]);
    expect(table(record, "Assets").exceptions).toEqual([2]);
  });

  test("why the others are not, a missing CRD before what nobody asked for", () => {
    expect(rowsOf(record, "Not applied here")).toEqual([
      ["metallb", "not selected", "metallbs.metallb.io is not installed"],
      ["mtv", "not selected", "what it asks for does not hold: a=true; b"],
    ]);
    expect(table(record, "Not applied here").exceptions).toEqual([0]);
  });

  test("what drifted, and who owns each field", () => {
    expect(rowsOf(record, "Drift")).toEqual([
      ["descheduler-loadaware", "/spec/deschedulingIntervalSeconds", "300", "60", "kubectl-edit (Update)"],
    ]);
  });

  test("a long value by its beginning, and an absent one as such", () => {
    const drift = [{ path: "/spec", live: null, desired: { a: "x".repeat(500) }, owners: [] }];
    const [row] = rowsOf(runRecord({ assets: [assetRecord("a", { result: "unchanged" }, { drift })] }), "Drift");
    expect(row?.slice(2, 4)).toEqual(["(absent)", `{"a":"${"x".repeat(114)}…`]);
  });

  test("what users changed", () => {
    const unmanaged = assetRecord("a", { result: "unmanaged" });
    expect(rowsOf(runRecord({ assets: [corrected, created, unmanaged] }), "Changed by users")).toEqual([
      [
        "descheduler-loadaware",
        "KubeDescheduler/openshift-kube-descheduler-operator/cluster",
        "patch with operations: 2; ignored fields: /spec/mode",
      ],
      ["a", "MachineConfig/a", "unmanaged"],
    ]);
  });

  test.each<[string, AssetOutcome, readonly string[]]>([
    ["Assets", { result: "unchanged" }, ["in place", ""]],
    ["Assets", { result: "unmanaged" }, ["unmanaged", "platform.kubevirt.io/mode leaves it to its user"]],
    ["Assets", { result: "paused" }, ["paused", "somebody else kept changing it"]],
    [
      "Assets",
      { result: "namespace-missing", namespace: "n" },
      ["namespace missing", "there is no namespace n, or it is being deleted"],
    ],
    ["Assets", { result: "failed", cause: "throttled", error: "e" }, ["throttled", "e"]],
    ["Assets", { result: "failed", cause: "edit-war", error: "e", isPaused: true }, ["edit war", "e"]],
    [
      "Not applied here",
      { result: "excluded" },
      ["excluded", "by the annotation platform.kubevirt.io/disabled-resources of the HyperConverged"],
    ],
    ["Not applied here", { result: "not-applicable" }, ["not applicable", "it renders nothing here"]],
    [
      "Not applied here",
      { result: "not-selected", reason: "not-in-allowlist" },
      ["not selected", "neither its name nor its group is listed"],
    ],
  ])("in %s how each result is told: %j", (title, outcome, words) => {
    const [row = []] = rowsOf(runRecord({ assets: [assetRecord("a", outcome)] }), title);
    expect(row.slice(title === "Assets" ? 2 : 1).slice(0, 2)).toEqual(words);
  });

  test.each([
    ["pending", ["being deleted", "a finalizer keeps it"], [0]],
    ["skipped", ["left alone", "why"], [0]],
    ["failed", ["failed", "why"], [0]],
    ["deleted", ["deleted", ""], []],
  ] as const)("B-12-63 what became of a tombstone: %s", (status, words, exceptions) => {
    const found = table(runRecord({ tombstones: [tombstone(status)] }), "Objects of earlier releases");
    expect(found.rows).toEqual([["UIPlugin/kubevirt-plugin", ...words]]);
    expect(found.exceptions).toEqual(exceptions);
  });

  test("each failure with what is to be done", () => {
    expect(reconcileReport(record).errors).toEqual([
      expect.objectContaining({ id: "BASE-AST-05", why: "a webhook says no", at: "2026-03-01T10:00:12.500Z" }),
    ]);
  });

  test("D37 what a dry run would do", () => {
    const report = reconcileReport(runRecord({ isDryRun: true, assets: [created, corrected] }));
    expect(report.summary).toBe("of 2 assets, 2 would be applied, 0 in place, 0 paused, 0 failed");
    expect(report.tables[0]?.rows.map((row) => row[2])).toEqual(["would be created", "would be corrected"]);
    expect(report.nextActions).toEqual(["Run it without dry-run to apply this"]);
  });

  test("what is wrong without being a failure", () => {
    const events = [
      { reason: "InvalidPatch" as const, note: "operation 1" },
      { reason: "PatchApplied" as const, note: "" },
    ];
    const assets = [assetRecord("a", { result: "unchanged" }, { events })];
    const given = runRecord({ assets, tombstones: [tombstone("failed")], advice: ["pool worker will reboot"] });
    expect(reconcileReport(given).warnings).toEqual([
      "a: operation 1",
      "UIPlugin/kubevirt-plugin, of an earlier release, is still there: why",
      "pool worker will reboot",
    ]);
  });

  test("what people can do next", () => {
    const assets: readonly AssetRecord[] = [
      assetRecord("a", { result: "paused" }),
      ...["b", "c"].map((name) => assetRecord(name, { result: "namespace-missing", namespace: "openshift-mtv" })),
    ];
    const needed = { crd: "x.y", group: "y", version: "v1", kind: "X", isMissing: true, assets: ["d"] };
    const dependencies = [needed, { ...needed, crd: "z.y", isMissing: false }];
    expect(
      reconcileReport(runRecord({ assets, dependencies, tombstones: [tombstone("pending")] })).nextActions,
    ).toEqual([
      "Find who else writes MachineConfig/a, then remove platform.kubevirt.io/reconcile-paused from it or run resume",
      "Install the operator of x.y, or turn off what asks for it: d",
      "Create the namespace openshift-mtv, mostly by installing its operator",
      "See which finalizer keeps UIPlugin/kubevirt-plugin",
    ]);
  });

  test("itself as Markdown and as HTML, names of clusters escaped", () => {
    const evil = assetRecord("a", failedAt("apply", "<script>alert(1)</script>"));
    const report = reconcileReport(runRecord({ assets: [evil, corrected] }));
    expect(renderHtml(report)).not.toContain("<script>");
    expect(renderHtml(report)).toContain("kubectl-edit (Update)");
    expect(renderMarkdown(report)).toContain(
      "| descheduler-loadaware | /spec/deschedulingIntervalSeconds | 300 | 60 |",
    );
  });
});

describe("the sentence of a report", () => {
  test.each<[Ending, string]>([
    [{ ending: "completed" }, "of 1 asset, 0 applied, 1 in place, 0 paused, 0 failed"],
    [
      { ending: "disabled" },
      "the baseline is off: HyperConverged openshift-cnv/kubevirt-hyperconverged does not opt in",
    ],
    [
      { ending: "hco-not-found" },
      "there is no HyperConverged openshift-cnv/kubevirt-hyperconverged, so there is nothing to keep",
    ],
    [{ ending: "precondition-missing", crd: "a.b" }, "a.b is not installed"],
    [{ ending: "locked", holder: "run-6" }, "run-6 is at work, and this run changed nothing"],
    [{ ending: "invalid-input", error: "e" }, "the input is not valid, and nothing was changed: e"],
    [{ ending: "interrupted", error: "SIGTERM" }, "the run was interrupted: SIGTERM"],
    [{ ending: "error", error: "e" }, "the run could not go on: e"],
  ])("%j", (ending, sentence) => {
    expect(reconcileReport(runRecord({ ending, assets: [assetRecord("a", { result: "unchanged" })] })).summary).toBe(
      sentence,
    );
  });

  test("is at most 200 characters long", () => {
    const report = reconcileReport(runRecord({ ending: { ending: "error", error: "x".repeat(500) } }));
    expect(report.summary).toHaveLength(200);
  });
});
