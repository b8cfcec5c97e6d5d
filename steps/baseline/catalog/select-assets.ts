import type { Activation } from "./activation.ts";
import { type Condition, type ConditionContext, describeCondition, judgeCondition } from "./condition.ts";

/** What selection needs of a catalog entry. */
export interface SelectableAsset {
  readonly name: string;
  readonly group?: string;
  readonly install: "always" | "opt-in";
  readonly reconcileOrder: number;
  readonly conditions: readonly Condition[];
  /** `<plural>.<group>` of its own kind; absent for kinds that every cluster has. */
  readonly requiredCrd?: string;
  readonly gateCrd?: string;
}

/** A CRD that is being deleted, or not established yet, is missing. */
export type CrdSight = "installed" | "missing" | { readonly unreadable: string };

export interface SelectionContext extends ConditionContext {
  readonly activation: Activation;
  /** A further restriction by the run, in names or groups; empty for none. */
  readonly onlyAssets: readonly string[];
  readonly crd: (name: string) => CrdSight;
}

export type Selection<A> =
  | { readonly state: "selected"; readonly asset: A }
  | { readonly state: "not-in-allowlist"; readonly asset: A }
  | { readonly state: "conditions-not-met"; readonly asset: A; readonly unmet: readonly string[] }
  | { readonly state: "crd-missing" | "gate-crd-missing"; readonly asset: A; readonly crd: string }
  | { readonly state: "failed"; readonly asset: A; readonly reason: string };

function isNamed({ name, group }: SelectableAsset, names: readonly string[]): boolean {
  return names.includes(name) || (group !== undefined && names.includes(group));
}

/** A list of names is a filter alone: a listed opt-in asset still needs its conditions. */
function isAllowed(asset: SelectableAsset, { activation, onlyAssets }: SelectionContext): boolean {
  const byRun = onlyAssets.length === 0 || isNamed(asset, onlyAssets);
  switch (activation.state) {
    case "off":
      return false;
    case "all":
      return byRun;
    case "listed":
      return byRun && isNamed(asset, activation.names);
  }
}

type Wanted = { readonly unmet: readonly string[] } | { readonly wrong: string };

function judgeConditions(asset: SelectableAsset, context: SelectionContext): Wanted {
  if (asset.install === "opt-in" && asset.conditions.length === 0)
    return { unmet: ["it has no condition to opt in by"] };
  const unmet: string[] = [];
  for (const condition of asset.conditions) {
    const judged = judgeCondition(condition, context);
    if (judged.state === "wrong") return { wrong: judged.reason };
    if (judged.state === "does-not-hold") unmet.push(describeCondition(condition));
  }
  return { unmet };
}

function judgeCrd<A extends SelectableAsset>(
  asset: A,
  crd: string | undefined,
  missing: "crd-missing" | "gate-crd-missing",
  context: SelectionContext,
): Selection<A> | undefined {
  if (crd === undefined) return undefined;
  const sight = context.crd(crd);
  if (sight === "installed") return undefined;
  return sight === "missing"
    ? { state: missing, asset, crd }
    : { state: "failed", asset, reason: `whether ${crd} is installed cannot be read: ${sight.unreadable}` };
}

/**
 * Whether an asset is wanted here and now; the first reason against it is told. Conditions come before CRDs, so that
 * nobody hears of a CRD that is missing for a feature that is off. Pure.
 */
export function selectAsset<A extends SelectableAsset>(asset: A, context: SelectionContext): Selection<A> {
  if (!isAllowed(asset, context)) return { state: "not-in-allowlist", asset };
  const wanted = judgeConditions(asset, context);
  if ("wrong" in wanted) return { state: "failed", asset, reason: wanted.wrong };
  if (wanted.unmet.length > 0) return { state: "conditions-not-met", asset, unmet: wanted.unmet };
  return (
    judgeCrd(asset, asset.requiredCrd, "crd-missing", context) ??
    judgeCrd(asset, asset.gateCrd, "gate-crd-missing", context) ?? { state: "selected", asset }
  );
}

/** All assets in the order in which they are reconciled: by their number, equal ones as the catalog lists them. Pure. */
export function selectAssets<A extends SelectableAsset>(
  assets: readonly A[],
  context: SelectionContext,
): readonly Selection<A>[] {
  return assets
    .toSorted((one, other) => one.reconcileOrder - other.reconcileOrder)
    .map((asset) => selectAsset(asset, context));
}

/** Names of an allowlist that no asset and no group has. Pure. */
export function unknownNames(assets: readonly SelectableAsset[], names: readonly string[]): readonly string[] {
  return names.filter((name) => !assets.some((asset) => isNamed(asset, [name])));
}
