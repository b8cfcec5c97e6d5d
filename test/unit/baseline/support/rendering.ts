import { readActivation } from "../../../../steps/baseline/catalog/activation.ts";
import type { Condition } from "../../../../steps/baseline/catalog/condition.ts";
import { type SelectionContext, selectAssets } from "../../../../steps/baseline/catalog/select-assets.ts";
import { detectHardware } from "../../../../steps/baseline/context/hardware.ts";
import { describeTopology } from "../../../../steps/baseline/context/topology.ts";
import { readRules } from "../../../../steps/baseline/exclusion/read-rules.ts";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import {
  type RenderableAsset,
  type RenderRecord,
  renderRecord,
} from "../../../../steps/baseline/report/render-record.ts";
import type { Rendered } from "../../../../steps/baseline/template/render-asset.ts";

/** The condition of an asset that is off unless somebody asks for it. */
export const optIn: Condition = { type: "annotation", key: "platform.kubevirt.io/enable-mtv", value: "true" };

/** An asset that is always wanted; its object has its name. */
export function asset(name: string, more: Partial<RenderableAsset> = {}): RenderableAsset {
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

export const hco: ManagedObject = {
  apiVersion: "hco.kubevirt.io/v1",
  kind: "HyperConverged",
  metadata: {
    name: "kubevirt-hyperconverged",
    namespace: "openshift-cnv",
    annotations: { "platform.kubevirt.io/autopilot": "true" },
  },
};

/** A cluster that lacks each CRD whose name begins with `missing`. */
export const context: SelectionContext = {
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

function rendered(name: string): Rendered {
  return {
    state: "rendered",
    object: { apiVersion: "operator.openshift.io/v1", kind: "KubeDescheduler", metadata: { name } },
  };
}

function render({ name }: RenderableAsset): Rendered {
  if (name === "empty") return { state: "not-applicable" };
  return name === "broken" ? { state: "failed", reason: "undefined variable:\nParams.role" } : rendered(name);
}

/** What rendering says of these assets there; `filtered` is taken out, `broken` and `empty` render no object. */
export function records(
  assets: readonly RenderableAsset[],
  change: Partial<SelectionContext> = {},
): readonly RenderRecord[] {
  const read = readRules("- {kind: KubeDescheduler, name: filtered}");
  const rules = read.state === "read" ? read.rules : [];
  const view = { context: { ...context, ...change }, rules, render };
  return selectAssets(assets, { ...context, ...change }).map((selection) => renderRecord(selection, view));
}

/** One asset for each way in which it can go. */
export const allWays = [
  asset("wanted"),
  asset("filtered"),
  asset("broken"),
  asset("empty"),
  asset("off", { install: "opt-in", conditions: [optIn] }),
  asset("no-crd", { requiredCrd: "missing.x.io" }),
  asset("no-gate", { gateCrd: "missing-gate.x.io" }),
  asset("unread", { requiredCrd: "unread.x.io" }),
];
