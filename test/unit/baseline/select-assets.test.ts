import { describe, expect, test } from "@jest/globals";
import { type Activation, readActivation } from "../../../steps/baseline/catalog/activation.ts";
import {
  type Condition,
  type ConditionContext,
  describeCondition,
  judgeCondition,
} from "../../../steps/baseline/catalog/condition.ts";
import {
  type CrdSight,
  type SelectableAsset,
  type SelectionContext,
  selectAsset,
  selectAssets,
  unknownNames,
} from "../../../steps/baseline/catalog/select-assets.ts";
import { detectHardware } from "../../../steps/baseline/context/hardware.ts";
import { describeTopology } from "../../../steps/baseline/context/topology.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";

const annotationKey = (name: string): string => `platform.kubevirt.io/${name}`;

function hyperConverged(annotations: Readonly<Record<string, string>> = {}, spec: JsonObject = {}): ManagedObject {
  return {
    apiVersion: "hco.kubevirt.io/v1",
    kind: "HyperConverged",
    metadata: { name: "kubevirt-hyperconverged", namespace: "openshift-cnv", annotations },
    spec,
  };
}

const plain: ConditionContext = {
  hco: hyperConverged(),
  hardware: detectHardware([], "accurate"),
  topology: describeTopology([], {}),
  images: {},
};

const judged = (condition: Condition, context: Partial<ConditionContext> = {}): string =>
  judgeCondition(condition, { ...plain, ...context }).state;

describe("a condition", () => {
  const gate: Condition = { type: "feature-gate", value: "CPUManager" };
  const ksm: Condition = { type: "hco-field-unconfigured", path: "spec.virtualization.ksmConfiguration" };
  const optIn: Condition = { type: "annotation", key: "k", value: "true" };

  test.each<[string, Condition, Partial<ConditionContext>, string]>([
    [
      "hardware that is there",
      { type: "hardware-detection", detector: "gpuPresent" },
      { hardware: { ...plain.hardware, gpuPresent: true } },
      "holds",
    ],
    ["hardware of an unknown name", { type: "hardware-detection", detector: "quantum" }, {}, "does-not-hold"],
    ["a gate of v1", gate, { hco: hyperConverged({}, { featureGates: [{ name: "CPUManager" }] }) }, "holds"],
    [
      "a gate of v1 that is enabled",
      gate,
      { hco: hyperConverged({}, { featureGates: [{ name: "CPUManager", state: "Enabled" }] }) },
      "holds",
    ],
    [
      "a gate of v1 that is disabled",
      gate,
      { hco: hyperConverged({}, { featureGates: [{ name: "CPUManager", state: "Disabled" }] }) },
      "does-not-hold",
    ],
    [
      "a gate by another case",
      gate,
      { hco: hyperConverged({}, { featureGates: [{ name: "cpuManager" }] }) },
      "does-not-hold",
    ],
    ["a gate of v1beta1", gate, { hco: hyperConverged({}, { featureGates: { CPUManager: true } }) }, "holds"],
    [
      "a gate of v1beta1 that is off",
      gate,
      { hco: hyperConverged({}, { featureGates: { CPUManager: false } }) },
      "does-not-hold",
    ],
    ["no gates", gate, {}, "does-not-hold"],
    ["an annotation of that value", optIn, { hco: hyperConverged({ k: "true" }) }, "holds"],
    ["one of another value", optIn, { hco: hyperConverged({ k: "True" }) }, "does-not-hold"],
    ["any value", { type: "annotation", key: "k" }, { hco: hyperConverged({ k: "" }) }, "holds"],
    ["no annotation", { type: "annotation", key: "k" }, {}, "does-not-hold"],
    ["an image that is known", { type: "image", key: "exporter" }, { images: { exporter: "x" } }, "holds"],
    ["an image named as what objects inherit", { type: "image", key: "constructor" }, {}, "does-not-hold"],
    ["B-12-69 a field that is absent", ksm, {}, "holds"],
    [
      "B-12-69 a field that is an empty map",
      ksm,
      { hco: hyperConverged({}, { virtualization: { ksmConfiguration: {} } }) },
      "holds",
    ],
    ["a field that is null", ksm, { hco: hyperConverged({}, { virtualization: { ksmConfiguration: null } }) }, "holds"],
    [
      "B-12-69 a field with content",
      ksm,
      { hco: hyperConverged({}, { virtualization: { ksmConfiguration: { a: 1 } } }) },
      "does-not-hold",
    ],
    [
      "a field that is an empty list",
      ksm,
      { hco: hyperConverged({}, { virtualization: { ksmConfiguration: [] } }) },
      "does-not-hold",
    ],
    [
      "a field that is false",
      ksm,
      { hco: hyperConverged({}, { virtualization: { ksmConfiguration: false } }) },
      "does-not-hold",
    ],
    [
      "a topology that is so",
      { type: "topology", field: "isAWS" },
      { topology: { ...plain.topology, isAWS: true } },
      "holds",
    ],
    ["a topology that is not to be so", { type: "topology", field: "isHCP", value: "false" }, {}, "holds"],
    ["a topology of an unknown name", { type: "topology", field: "isMoon" }, {}, "does-not-hold"],
    ["a topology that is a number", { type: "topology", field: "workerCount" }, {}, "wrong"],
  ])("on %s", (_given, condition, context, expected) => {
    expect(judged(condition, context)).toBe(expected);
  });

  test.each<[Condition, string]>([
    [optIn, "k=true"],
    [{ type: "annotation", key: "k" }, "k"],
    [gate, "featureGate:CPUManager"],
    [{ type: "hardware-detection", detector: "gpuPresent" }, "hardware:gpuPresent"],
    [{ type: "image", key: "exporter" }, "image:exporter"],
    [ksm, "hcoUnconfigured:spec.virtualization.ksmConfiguration"],
    [{ type: "topology", field: "isHCP", value: "false" }, "topology:isHCP=false"],
  ])("is described: %j", (condition, text) => {
    expect(describeCondition(condition)).toBe(text);
  });
});

describe("the annotation that turns the baseline on", () => {
  test.each<[string, string | undefined, boolean, Activation]>([
    ["B-12-52 absent", undefined, true, { state: "off" }],
    ["B-12-52 empty", "", true, { state: "off" }],
    ["B-12-52 false", "false", true, { state: "off" }],
    ["D4 B20 False", " False ", true, { state: "off" }],
    ["true", "true", true, { state: "all" }],
    ["D4 B20 True", "True", true, { state: "all" }],
    ["absent where no opting in is needed", undefined, false, { state: "all" }],
    ["false where no opting in is needed", "false", false, { state: "off" }],
    [
      "B-12-53 names",
      "swap-enable, no-such,,swap-enable",
      true,
      { state: "listed", names: ["swap-enable", "no-such"] },
    ],
    ["nothing but commas", ",", true, { state: "listed", names: [] }],
  ])("%s", (_given, text, requireOptIn, expected) => {
    const hco = hyperConverged(text === undefined ? {} : { [annotationKey("autopilot")]: text });
    expect(readActivation(hco, requireOptIn)).toEqual(expected);
  });
});

function asset(name: string, more: Partial<SelectableAsset> = {}): SelectableAsset {
  return { name, install: "always", reconcileOrder: 1, conditions: [], ...more };
}

const all: SelectionContext = { ...plain, activation: { state: "all" }, onlyAssets: [], crd: () => "installed" };

describe("an asset is selected", () => {
  const listed = (...names: readonly string[]): Partial<SelectionContext> => ({
    activation: { state: "listed", names },
  });
  const crds = (sights: Readonly<Record<string, CrdSight>>): Partial<SelectionContext> => ({
    crd: (name) => sights[name] ?? "installed",
  });
  const metallb = asset("metallb", {
    install: "opt-in",
    conditions: [{ type: "annotation", key: "enable-metallb", value: "true" }],
    requiredCrd: "metallbs.metallb.io",
  });
  const psi = asset("psi-enable", {
    group: "descheduler-loadaware",
    requiredCrd: "own",
    gateCrd: "kubedeschedulers.operator.openshift.io",
  });

  test.each<[string, SelectableAsset, Partial<SelectionContext>, object]>([
    ["always without conditions", asset("a"), {}, { state: "selected" }],
    ["not while the baseline is off", asset("a"), { activation: { state: "off" } }, { state: "not-in-allowlist" }],
    ["B-12-53 by its name alone", asset("a"), listed("b"), { state: "not-in-allowlist" }],
    ["B-12-54 by its group", psi, listed("descheduler-loadaware"), { state: "selected" }],
    ["not outside of what the run names", asset("a"), { onlyAssets: ["b"] }, { state: "not-in-allowlist" }],
    [
      "by what both the run and the list name",
      asset("a"),
      { ...listed("a", "b"), onlyAssets: ["a"] },
      { state: "selected" },
    ],
    [
      "not when it is to be opted in by nothing",
      asset("a", { install: "opt-in" }),
      {},
      { state: "conditions-not-met" },
    ],
    [
      "not by being listed where it must be opted in",
      metallb,
      listed("metallb"),
      { state: "conditions-not-met", unmet: ["enable-metallb=true"] },
    ],
    [
      "B-12-49 D15 B8 with its conditions before its CRD",
      metallb,
      crds({ "metallbs.metallb.io": "missing" }),
      { state: "conditions-not-met" },
    ],
    ["B-12-46 not without its CRD", psi, crds({ own: "missing" }), { state: "crd-missing", crd: "own" }],
    [
      "B-12-48 not without the CRD of its gate",
      psi,
      crds({ "kubedeschedulers.operator.openshift.io": "missing" }),
      { state: "gate-crd-missing", crd: "kubedeschedulers.operator.openshift.io" },
    ],
    [
      "D16 and fails where its CRD cannot be read",
      psi,
      crds({ own: { unreadable: "forbidden" } }),
      { state: "failed", reason: "whether own is installed cannot be read: forbidden" },
    ],
    [
      "and fails where a condition asks for what is no yes or no",
      asset("a", { conditions: [{ type: "topology", field: "workerCount" }] }),
      {},
      { state: "failed", reason: "topology workerCount is 0, and no yes or no" },
    ],
  ])("%s", (_given, one, context, expected) => {
    expect(selectAsset(one, { ...all, ...context })).toMatchObject(expected);
  });
});

describe("assets", () => {
  test("D14 B19 come by their number, equal ones as the catalog lists them", () => {
    const assets = [asset("c", { reconcileOrder: 2 }), asset("b"), asset("a"), asset("first", { reconcileOrder: 0 })];
    expect(selectAssets(assets, all).map((one) => one.asset.name)).toEqual(["first", "b", "a", "c"]);
  });

  test("B-12-53 D4 that an allowlist names and nobody knows are told", () => {
    expect(unknownNames([asset("a", { group: "g" })], ["a", "g", "no-such"])).toEqual(["no-such"]);
  });
});
