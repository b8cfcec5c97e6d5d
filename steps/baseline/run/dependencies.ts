import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { SelectableAsset, Selection } from "../catalog/select-assets.ts";
import { groupOf, versionOf } from "../object/api-version.ts";
import type { Dependency, RunRecord } from "./run-record.ts";

/** The kind of a CRD, as its asset or the CRD itself has it. */
export type NeededKind = Pick<Dependency, "crd" | "group" | "version" | "kind">;

interface Need {
  readonly crd: string;
  readonly asset: string;
  readonly isMissing: boolean;
}

/** Nobody is told of what an asset needs that is not wanted here; the gate is looked at last. */
function needsOf({ asset, ...selection }: Selection<SelectableAsset>): readonly Need[] {
  const need = (crd: string | undefined, isMissing: boolean): readonly Need[] =>
    crd === undefined ? [] : [{ crd, asset: asset.name, isMissing }];
  switch (selection.state) {
    case "selected":
      return [...need(asset.requiredCrd, false), ...need(asset.gateCrd, false)];
    case "crd-missing":
      return need(selection.crd, true);
    case "gate-crd-missing":
      return [...need(asset.requiredCrd, false), ...need(selection.crd, true)];
    default:
      return [];
  }
}

/** The kind of the CRD that an asset needs for its own object, if it needs one. Pure. */
export function neededKind({
  requiredCrd,
  kind,
}: LoadedAsset): readonly (readonly [string, Omit<NeededKind, "crd">])[] {
  if (requiredCrd === undefined) return [];
  const { apiVersion } = kind;
  return [[requiredCrd, { group: groupOf(apiVersion), version: versionOf(apiVersion), kind: kind.kind }]];
}

/** The selections without those whose CRD was found not to serve them after all, by the names of their assets. Pure. */
export function withoutUnserved(
  selections: readonly Selection<LoadedAsset>[],
  unserved: ReadonlyMap<string, string>,
): readonly Selection<LoadedAsset>[] {
  return selections.map((one) => {
    const crd = unserved.get(one.asset.name);
    return crd === undefined ? one : { asset: one.asset, state: "crd-missing", crd };
  });
}

/**
 * The CRDs that wanted assets need, sorted by name, with who needs them. Pure.
 *
 * @param kinds of CRDs by name; one that is not among them is told by its name alone
 */
export function dependenciesOf(
  selections: readonly Selection<SelectableAsset>[],
  kinds: ReadonlyMap<string, Omit<NeededKind, "crd">>,
): readonly Dependency[] {
  const byCrd = Map.groupBy(selections.flatMap(needsOf), ({ crd }) => crd);
  return [...byCrd]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([crd, needs]) => ({
      crd,
      ...(kinds.get(crd) ?? { group: crd.slice(crd.indexOf(".") + 1), version: "", kind: "" }),
      isMissing: needs.some(({ isMissing }) => isMissing),
      assets: needs.map(({ asset }) => asset),
    }));
}

/**
 * The CRDs that are known to be missing after a run, for the next one to tell which have come. What a run did not look
 * at is as it was; after one that looked at the whole baseline, nothing else is wanted any more. Pure.
 *
 * @param before names that the run before left
 */
export function missingCrds(
  { scope, dependencies }: Pick<RunRecord, "scope" | "dependencies">,
  before: readonly string[],
): readonly string[] {
  const seen = new Set(dependencies.map(({ crd }) => crd));
  const lookedAtAll = scope === "whole" && seen.size > 0;
  const unseen = lookedAtAll ? [] : before.filter((crd) => !seen.has(crd));
  return [...unseen, ...dependencies.filter(({ isMissing }) => isMissing).map(({ crd }) => crd)].toSorted();
}
