import type { ConditionContext } from "../catalog/condition.ts";
import { requiredCrd } from "../catalog/crd-name.ts";
import type { SelectableAsset, Selection } from "../catalog/select-assets.ts";
import { disabledResources, type ExclusionRule, isExcluded } from "../exclusion/read-rules.ts";
import { identityOf, type ManagedObject } from "../object/managed-object.ts";
import type { Rendered } from "../template/render-asset.ts";
import { type ConditionFinding, conditionFindings } from "./condition-finding.ts";

export interface RenderableAsset extends SelectableAsset {
  readonly path: string;
  readonly component: string;
}

/** `EXCLUDED`: not wanted here, or nothing to say. `FILTERED`: taken out by a rule on the HyperConverged. */
export type RenderStatus = "INCLUDED" | "EXCLUDED" | "FILTERED" | "ERROR";

/** Which test an asset did not pass, in one word, and what was found. An error has no test. */
export interface RenderReason {
  readonly test?:
    | "not-in-allowlist"
    | "conditions-not-met"
    | "crd-missing"
    | "gate-crd-missing"
    | "not-applicable"
    | "root-exclusion";
  readonly details: string;
}

/** What rendering says of one asset. */
export interface RenderRecord {
  readonly asset: string;
  readonly path: string;
  readonly component: string;
  readonly status: RenderStatus;
  readonly reason?: RenderReason;
  /** Of an asset that has conditions. */
  readonly conditions?: readonly ConditionFinding[];
  readonly object?: ManagedObject;
}

export interface RenderView {
  readonly context: ConditionContext;
  readonly rules: readonly ExclusionRule[];
  /** Only called for what is selected. */
  readonly render: (asset: RenderableAsset) => Rendered;
}

type Told = Pick<RenderRecord, "status" | "reason" | "object">;

function unmetText(findings: readonly ConditionFinding[], unmet: readonly string[]): string {
  const told = findings.filter(({ holds }) => !holds);
  const each = told.map(({ condition, expected, actual }) => `${condition} (expected ${expected}, found ${actual})`);
  return (each.length === 0 ? unmet : each).join("; ");
}

function notSelected(
  selection: Exclude<Selection<RenderableAsset>, { readonly state: "selected" }>,
  findings: readonly ConditionFinding[],
): Told {
  switch (selection.state) {
    case "not-in-allowlist":
      return {
        status: "EXCLUDED",
        reason: { test: selection.state, details: "neither its name nor its group is listed" },
      };
    case "conditions-not-met":
      return { status: "EXCLUDED", reason: { test: selection.state, details: unmetText(findings, selection.unmet) } };
    case "crd-missing":
    case "gate-crd-missing":
      return { status: "EXCLUDED", reason: { test: selection.state, details: `${selection.crd} is not installed` } };
    case "failed":
      return { status: "ERROR", reason: { details: selection.reason } };
  }
}

function selected(rendered: Rendered, rules: readonly ExclusionRule[]): Told {
  switch (rendered.state) {
    case "not-applicable":
      return { status: "EXCLUDED", reason: { test: rendered.state, details: "it renders nothing here" } };
    case "failed":
      return { status: "ERROR", reason: { details: rendered.reason } };
    case "rendered":
      return isExcluded(rules, identityOf(rendered.object))
        ? { status: "FILTERED", reason: { test: "root-exclusion", details: `by the annotation ${disabledResources}` } }
        : { status: "INCLUDED", object: rendered.object };
  }
}

/** What rendering says of an asset, from the same selection and rendering that a reconciliation goes by. Pure. */
export function renderRecord(selection: Selection<RenderableAsset>, view: RenderView): RenderRecord {
  const { asset } = selection;
  const findings = conditionFindings(asset.conditions, view.context);
  const told =
    selection.state === "selected" ? selected(view.render(asset), view.rules) : notSelected(selection, findings);
  return {
    asset: asset.name,
    path: asset.path,
    component: asset.component,
    ...told,
    ...(findings.length === 0 ? {} : { conditions: findings }),
  };
}

/** As people read it: `crd-missing: metallbs.metallb.io is not installed`. Pure. */
export function reasonText({ test, details }: RenderReason): string {
  return test === undefined ? details : `${test}: ${details}`;
}

/** The records that are shown: without what is not wanted or taken out, unless that is asked for. Pure. */
export function shownRecords(records: readonly RenderRecord[], showExcluded: boolean): readonly RenderRecord[] {
  return records.filter(({ status }) => showExcluded || status === "INCLUDED" || status === "ERROR");
}

/**
 * Without included objects whose kind the cluster does not have. Kinds that every cluster serves stay. Pure.
 *
 * @param isInstalled whether there is a CRD of that name
 * @param plurals by `<kind>.<group>`, of CRDs that were looked at
 */
export function onlyInstalled(
  records: readonly RenderRecord[],
  isInstalled: (crd: string) => boolean,
  plurals: Readonly<Record<string, string>> = {},
): readonly RenderRecord[] {
  return records.filter(({ object }) => {
    const crd = object === undefined ? undefined : requiredCrd(object.apiVersion, object.kind, plurals);
    return crd === undefined || isInstalled(crd);
  });
}

/** Exit code of a rendering: errors are shown, and fail it only where that is asked for. Pure. */
export function renderExit(records: readonly RenderRecord[], isStrict: boolean): 0 | 3 {
  return isStrict && records.some(({ status }) => status === "ERROR") ? 3 : 0;
}
