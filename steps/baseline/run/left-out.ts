import { recordOf } from "../asset/asset-run.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { Selection } from "../catalog/select-assets.ts";
import type { AssetRecord } from "./run-record.ts";

/** What is told of an asset that a run does not look at. Pure. */
export function leftOut(selection: Exclude<Selection<LoadedAsset>, { readonly state: "selected" }>): AssetRecord {
  const found = { drift: [], ignoredFields: [], events: [] } as const;
  switch (selection.state) {
    case "not-in-allowlist":
      return recordOf(selection.asset, { ...found, result: "not-selected", reason: selection.state }, 0);
    case "conditions-not-met": {
      const { state: reason, unmet, asset } = selection;
      return recordOf(asset, { ...found, result: "not-selected", reason, unmet }, 0);
    }
    case "crd-missing":
    case "gate-crd-missing": {
      const { state: reason, crd, asset } = selection;
      return recordOf(asset, { ...found, result: "not-selected", reason, crd }, 0);
    }
    case "failed": {
      const { asset, reason: error } = selection;
      return recordOf(asset, { ...found, result: "failed", cause: "step", step: "selection", error }, 0);
    }
  }
}
