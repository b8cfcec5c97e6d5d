import { describe, expect, test } from "@jest/globals";
import type { Condition } from "../../../steps/baseline/catalog/condition.ts";
import {
  assetsDocument,
  exclusionDocuments,
  tombstoneDocument,
} from "../../../steps/baseline/report/catalog-documents.ts";
import { conditionFindings } from "../../../steps/baseline/report/condition-finding.ts";
import {
  onlyInstalled,
  type RenderRecord,
  reasonText,
  renderExit,
  shownRecords,
} from "../../../steps/baseline/report/render-record.ts";
import { allWays, asset, context, optIn, records } from "./support/rendering.ts";
import { tombstone } from "./support/run-records.ts";

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
    const found = records(allWays).find((record) => record.asset === name);
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
    const names = (shown: boolean): readonly string[] => shownRecords(records(allWays), shown).map((one) => one.asset);
    expect(names(false)).toEqual(["wanted", "broken", "unread"]);
    expect(names(true)).toEqual(allWays.map(({ name }) => name));
  });

  test.each([
    [false, allWays, 0],
    [true, allWays, 3],
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

describe("the documents of the catalog", () => {
  test("say which assets are not applied, by one word and in full", () => {
    expect(
      exclusionDocuments(records(allWays)).map(({ asset: name, reason, details }) => [name, reason, details]),
    ).toEqual([
      ["filtered", "root-exclusion", "by the annotation platform.kubevirt.io/disabled-resources"],
      ["empty", "not-applicable", "it renders nothing here"],
      ["off", "conditions-not-met", "platform.kubevirt.io/enable-mtv=true (expected true, found absent)"],
      ["no-crd", "crd-missing", "missing.x.io is not installed"],
      ["no-gate", "gate-crd-missing", "missing-gate.x.io is not installed"],
    ]);
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
