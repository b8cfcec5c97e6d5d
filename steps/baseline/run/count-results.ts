import type { AssetRecord, RunRecord } from "./run-record.ts";

export type FailedAsset = Extract<AssetRecord, { readonly result: "failed" }>;

/** Whether an asset was for this run, whatever became of it then. Pure. */
export function isSelected({ result }: AssetRecord): boolean {
  return result !== "not-selected";
}

export function isFailed(asset: AssetRecord): asset is FailedAsset {
  return asset.result === "failed";
}

/** How many assets came to what. */
export interface ResultCounts {
  readonly selected: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly unmanaged: number;
  readonly excluded: number;
  readonly paused: number;
  /** Of the failed ones. */
  readonly throttled: number;
  readonly namespaceMissing: number;
  readonly notApplicable: number;
  readonly failed: number;
}

/** Pure. */
export function countResults({ assets }: Pick<RunRecord, "assets">): ResultCounts {
  const count = (result: AssetRecord["result"]): number => assets.filter((asset) => asset.result === result).length;
  return {
    selected: assets.filter(isSelected).length,
    applied: count("applied"),
    unchanged: count("unchanged"),
    unmanaged: count("unmanaged"),
    excluded: count("excluded"),
    paused: count("paused"),
    throttled: assets.filter(isFailed).filter(({ cause }) => cause === "throttled").length,
    namespaceMissing: count("namespace-missing"),
    notApplicable: count("not-applicable"),
    failed: count("failed"),
  };
}
