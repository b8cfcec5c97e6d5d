import { describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { readActivation } from "../../../steps/baseline/catalog/activation.ts";
import type { Condition } from "../../../steps/baseline/catalog/condition.ts";
import { type SelectionContext, selectAssets } from "../../../steps/baseline/catalog/select-assets.ts";
import { detectHardware } from "../../../steps/baseline/context/hardware.ts";
import { describeTopology } from "../../../steps/baseline/context/topology.ts";
import { readRules } from "../../../steps/baseline/exclusion/read-rules.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import {
  assetsDocument,
  exclusionDocuments,
  tombstoneDocument,
} from "../../../steps/baseline/report/catalog-documents.ts";
import { conditionFindings } from "../../../steps/baseline/report/condition-finding.ts";
import { jsonOutput, statusOutput, yamlOutput } from "../../../steps/baseline/report/render-output.ts";
import {
  onlyInstalled,
  type RenderableAsset,
  type RenderRecord,
  reasonText,
  renderExit,
  renderRecord,
  shownRecords,
} from "../../../steps/baseline/report/render-record.ts";
import type { Rendered } from "../../../steps/baseline/template/render-asset.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { tombstone } from "./support/run-records.ts";

const optIn: Condition = { type: "annotation", key: "platform.kubevirt.io/enable-mtv", value: "true" };

function asset(name: string, more: Partial<RenderableAsset> = {}): RenderableAsset {
  return {
    name,
    path: `${name}.yaml`,
    component: "KubeDescheduler",
    install: "always",
    reconcileOrder: 1,
    conditions: [],
    ...more,
  };
}

const hco: ManagedObject = {
  apiVersion: "hco.kubevirt.io/v1",
  kind: "HyperConverged",
  metadata: {
    name: "kubevirt-hyperconverged",
    namespace: "openshift-cnv",
    annotations: { "platform.kubevirt.io/autopilot": "true" },
  },
};

const context: SelectionContext = {
  hco,
  hardware: detectHardware([], "accurate"),
  topology: describeTopology([], {}),
  images: {},
  activation: readActivation(hco, true),
  onlyAssets: [],
  crd: (name) => {
    if (name.startsWith("unread")) return { unreadable: "403" };
    return name.startsWith("missing") ? "missing" : "installed";
  },
};

function rendered(name: string, more: JsonObject = {}): Rendered {
  const object = { apiVersion: "operator.openshift.io/v1", kind: "KubeDescheduler", metadata: { name }, ...more };
  return { state: "rendered", object };
}

function render({ name }: RenderableAsset): Rendered {
  if (name === "empty") return { state: "not-applicable" };
  return name === "broken" ? { state: "failed", reason: "undefined variable:\nParams.role" } : rendered(name);
}

function records(assets: readonly RenderableAsset[], change: Partial<SelectionContext> = {}): readonly RenderRecord[] {
  const read = readRules("- {kind: KubeDescheduler, name: filtered}");
  const rules = read.state === "read" ? read.rules : [];
  const view = { context: { ...context, ...change }, rules, render };
  return selectAssets(assets, { ...context, ...change }).map((selection) => renderRecord(selection, view));
}

const all = [
  asset("wanted"),
  asset("filtered"),
  asset("broken"),
  asset("empty"),
  asset("off", { install: "opt-in", conditions: [optIn] }),
  asset("no-crd", { requiredCrd: "missing.x.io" }),
  asset("no-gate", { gateCrd: "missing-gate.x.io" }),
  asset("unread", { requiredCrd: "unread.x.io" }),
];

describe("what rendering says of an asset", () => {
  test.each([
    ["wanted", "INCLUDED", undefined],
    ["filtered", "FILTERED", "root-exclusion: by the annotation platform.kubevirt.io/disabled-resources"],
    ["broken", "ERROR", "undefined variable:\nParams.role"],
    ["empty", "EXCLUDED", "not-applicable: it renders nothing here"],
    ["off", "EXCLUDED", "conditions-not-met: platform.kubevirt.io/enable-mtv=true (expected true, found absent)"],
    ["no-crd", "EXCLUDED", "crd-missing: missing.x.io is not installed"],
    ["no-gate", "EXCLUDED", "gate-crd-missing: missing-gate.x.io is not installed"],
    ["unread", "ERROR", "whether unread.x.io is installed cannot be read: 403"],
  ])("D36 B17 %s: %s", (name, status, reason) => {
    const found = records(all).find((record) => record.asset === name);
    expect(found?.status).toBe(status);
    expect(found?.reason && reasonText(found.reason)).toBe(reason);
    expect(found?.object !== undefined).toBe(status === "INCLUDED");
  });

  test("D36 is what the allowlist says", () => {
    const activation = { state: "listed" as const, names: ["empty"] };
    const [found] = records([asset("wanted")], { activation });
    expect(found?.reason).toEqual({
      test: "not-in-allowlist",
      details: "neither its name nor its group is listed",
    });
  });

  test("tells of an opt-in asset without condition why it is never wanted", () => {
    const [found] = records([asset("never", { install: "opt-in" })]);
    expect(found?.reason?.details).toBe("it has no condition to opt in by");
  });

  test("leaves out what is not wanted or taken out unless it is asked for, and never an error", () => {
    const names = (shown: boolean): readonly string[] => shownRecords(records(all), shown).map((one) => one.asset);
    expect(names(false)).toEqual(["wanted", "broken", "unread"]);
    expect(names(true)).toEqual(all.map(({ name }) => name));
  });

  test.each([
    [false, all, 0],
    [true, all, 3],
    [true, [asset("wanted")], 0],
  ])("fails the rendering only where that is asked for: %s", (isStrict, assets, code) => {
    expect(renderExit(records(assets), isStrict)).toBe(code);
  });
});

describe("what is shown of installed kinds alone", () => {
  const included = (apiVersion: string, kind: string): RenderRecord => ({
    asset: kind,
    path: "",
    component: kind,
    status: "INCLUDED",
    object: { apiVersion, kind, metadata: { name: "x" } },
  });

  test("keeps kinds that every cluster serves, and what is no object", () => {
    const given = [
      included("v1", "Service"),
      included("rbac.authorization.k8s.io/v1", "ClusterRole"),
      included("apps/v1", "DaemonSet"),
      included("metallb.io/v1beta1", "MetalLB"),
      included("operator.openshift.io/v1", "KubeDescheduler"),
      ...records([asset("broken")]),
    ];
    const kept = onlyInstalled(given, (crd) => crd === "kubedeschedulers.operator.openshift.io");
    expect(kept.map((record) => record.asset)).toEqual([
      "Service",
      "ClusterRole",
      "DaemonSet",
      "KubeDescheduler",
      "broken",
    ]);
  });
});

describe("a condition is told by what it expects and what was found", () => {
  test.each<[Condition, string, string]>([
    [optIn, "true", "absent"],
    [{ type: "annotation", key: "platform.kubevirt.io/autopilot" }, "any value", "true"],
    [{ type: "topology", field: "isHCP", value: "false" }, "false", "false"],
    [{ type: "topology", field: "isLunar" }, "true", "unknown"],
    [{ type: "hardware-detection", detector: "gpuPresent" }, "true", "false"],
    [{ type: "feature-gate", value: "CPUManager" }, "enabled", "not enabled"],
    [{ type: "image", key: "exporter" }, "known", "unknown"],
    [{ type: "hco-field-unconfigured", path: "metadata.name" }, "not configured", "configured"],
    [{ type: "hco-field-unconfigured", path: "spec.x" }, "not configured", "not configured"],
  ])("%j", (condition, expected, actual) => {
    expect(conditionFindings([condition], context)).toEqual([expect.objectContaining({ expected, actual })]);
  });

  test("and whether it holds", () => {
    const holds = conditionFindings([optIn, { type: "topology", field: "isHCP", value: "false" }], context);
    expect(holds.map((finding) => finding.holds)).toEqual([false, true]);
  });
});

describe("the rendering as YAML", () => {
  test("has the facts of each asset before its object, and only comments where there is none", () => {
    expect(yamlOutput(records([asset("wanted"), asset("broken")]))).toBe(
      [
        "# Asset: wanted",
        "# Path: wanted.yaml",
        "# Component: KubeDescheduler",
        "# Status: INCLUDED",
        "apiVersion: operator.openshift.io/v1",
        "kind: KubeDescheduler",
        "metadata:",
        "  name: wanted",
        "---",
        "# Asset: broken",
        "# Path: broken.yaml",
        "# Component: KubeDescheduler",
        "# Status: ERROR",
        "# Reason: undefined variable: Params.role",
        "---",
        "",
      ].join("\n"),
    );
  });

  test("is read as the same objects by readers of YAML 1.1, to which yes, on and 0644 are no texts", () => {
    const spec = { a: "yes", b: "on", c: "0644", d: "2026-01-01", e: "a: b\n--- c\n", f: "# x", n: null, list: ["no"] };
    const [record] = records([asset("wanted")]);
    const object = { ...hco, spec };
    const text = yamlOutput(record === undefined ? [] : [{ ...record, object }, record]);
    const read = parseAllDocuments(text, { version: "1.1" }).map((document) => document.toJS());
    expect(read.filter((document: unknown) => document !== null)).toEqual([object, record?.object]);
  });
});

test("the rendering as JSON is the list of records, reasons as texts", () => {
  const text = jsonOutput(records([asset("wanted"), asset("no-crd", { requiredCrd: "missing.x.io" })]));
  expect(text).toMatch(/^\[\n {2}\{\n {4}"asset": "wanted"/);
  expect(JSON.parse(text)).toEqual([
    {
      asset: "wanted",
      path: "wanted.yaml",
      component: "KubeDescheduler",
      status: "INCLUDED",
      object: { apiVersion: "operator.openshift.io/v1", kind: "KubeDescheduler", metadata: { name: "wanted" } },
    },
    {
      asset: "no-crd",
      path: "no-crd.yaml",
      component: "KubeDescheduler",
      status: "EXCLUDED",
      reason: "crd-missing: missing.x.io is not installed",
    },
  ]);
});

describe("the rendering as a table", () => {
  test("B-12-76 has fixed columns, cuts what is too long, and ends with the counts of all", () => {
    const long = asset("a-name-that-is-longer-than-30-characters", { component: "AKindWithAVeryLongName" });
    const found = records([...all, long]);
    const lines = statusOutput(shownRecords(found, false), found).split("\n");
    expect(lines).toEqual([
      "ASSET                          STATUS          COMPONENT            REASON",
      "-".repeat(100),
      "wanted                         INCLUDED        KubeDescheduler",
      "broken                         ERROR           KubeDescheduler      undefined variable: Params.role",
      "unread                         ERROR           KubeDescheduler      whether unread.x.io is installed cannot be read: 403",
      "a-name-that-is-longer-than-... INCLUDED        AKindWithAVeryLon...",
      "-".repeat(100),
      "2 included, 4 excluded, 1 filtered, 2 errors",
      "",
    ]);
  });

  test("B-12-76 counts every asset of the catalog, shown or not", () => {
    const many = Array.from({ length: 83 }, (_, index) =>
      asset(index % 7 === 0 ? "filtered" : `asset-${index}`, { conditions: index % 3 === 0 ? [optIn] : [] }),
    );
    const found = records(many);
    const totals = (shown: boolean): string =>
      statusOutput(shownRecords(found, shown), found).trimEnd().split("\n").at(-1) ?? "";
    const sum = [...totals(true).matchAll(/\d+/g)].reduce((before, [count]) => before + Number(count), 0);
    expect(sum).toBe(83);
    expect(totals(false)).toBe(totals(true));
  });
});

describe("the documents of the catalog", () => {
  test("say which assets are not applied, by one word and in full", () => {
    expect(exclusionDocuments(records(all)).map(({ asset: name, reason, details }) => [name, reason, details])).toEqual(
      [
        ["filtered", "root-exclusion", "by the annotation platform.kubevirt.io/disabled-resources"],
        ["empty", "not-applicable", "it renders nothing here"],
        ["off", "conditions-not-met", "platform.kubevirt.io/enable-mtv=true (expected true, found absent)"],
        ["no-crd", "crd-missing", "missing.x.io is not installed"],
        ["no-gate", "gate-crd-missing", "missing-gate.x.io is not installed"],
      ],
    );
  });

  test("list every asset with what was derived of it, and the tombstones", () => {
    const entry = {
      ...asset("mtv", { group: "g", conditions: [optIn], requiredCrd: "a.b", gateCrd: "c.d" }),
      phase: 2,
    };
    const old = tombstoneDocument({ identity: tombstone("gone").identity, path: "tombstones/old.yaml" });
    expect(assetsDocument([entry], [old])).toEqual({
      assets: [{ ...entry, conditions: [{ ...optIn, text: "platform.kubevirt.io/enable-mtv=true" }] }],
      tombstones: [{ kind: "UIPlugin", name: "kubevirt-plugin", namespace: "", path: "tombstones/old.yaml" }],
    });
  });

  test("say what became of a tombstone where a run looked", () => {
    expect(tombstoneDocument(tombstone("skipped"))).toMatchObject({ status: "skipped", reason: "why" });
  });
});
