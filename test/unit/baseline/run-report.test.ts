import { describe, expect, test } from "@jest/globals";
import { reconcileReport } from "../../../steps/baseline/report/reconcile-report.ts";
import type { AssetOutcome, AssetRecord, Ending, RunRecord } from "../../../steps/baseline/run/run-record.ts";
import { renderHtml } from "../../../steps/lib/report/render-html.ts";
import { renderMarkdown } from "../../../steps/lib/report/render-markdown.ts";
import type { ReportTable } from "../../../steps/lib/report/types.ts";
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

  test("what drifted, who owns each field, and what became of it", () => {
    expect(rowsOf(record, "Drift")).toEqual([
      ["descheduler-loadaware", "/spec/deschedulingIntervalSeconds", "300", "60", "kubectl-edit (Update)", "corrected"],
    ]);
  });

  test("what is unusual before what is in place, in its tables and in their order", () => {
    const inPlace = assetRecord("quiet", { result: "unchanged" });
    const titles = reconcileReport(record).tables.map(({ title }) => title);
    expect(titles).toEqual(["Drift", "Changed by users", "Assets", "Not applied here", "Objects of earlier releases"]);
    const busy = runRecord({ assets: [inPlace, created, inPlace, refused] });
    expect(rowsOf(busy, "Assets").map(([asset]) => asset)).toEqual(["swap-enable", "ui-monitoring", "quiet", "quiet"]);
    expect(table(busy, "Assets").exceptions).toEqual([1]);
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
    const planned = runRecord({ isDryRun: true, assets: [created, corrected] });
    const report = reconcileReport(planned);
    expect(report.summary).toBe("of 2 assets, 2 would be applied, 0 in place, 0 paused, 0 failed");
    expect(rowsOf(planned, "Assets").map((row) => row[2])).toEqual(["would be created", "would be corrected"]);
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
