import { goldenConfig } from "../catalog/catalog.ts";
import { type FailedAsset, isFailed, isSelected } from "../run/count-results.ts";
import type { RunRecord } from "../run/run-record.ts";

/** A server's text may have lines; the message of a run is one. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** The failure after which no other asset is touched: all of them depend on the HyperConverged. Pure. */
export function stoppedBy({ assets }: Pick<RunRecord, "assets">): FailedAsset | undefined {
  return assets.filter(isFailed).find(({ asset }) => asset === goldenConfig);
}

/**
 * What failed, in the order in which it was tried; `undefined` where nothing did. Pure.
 *
 * @example "failed to reconcile 2/14 assets: [swap-enable: …]; [descheduler-loadaware: …]"
 */
export function aggregateMessage(record: Pick<RunRecord, "assets">): string | undefined {
  const failed = record.assets.filter(isFailed);
  if (failed.length === 0) return undefined;
  const each = failed.map(({ asset, error }) => `[${asset}: ${oneLine(error)}]`).join("; ");
  if (stoppedBy(record) !== undefined) return `failed to reconcile the HyperConverged, so no other asset was: ${each}`;
  return `failed to reconcile ${failed.length}/${record.assets.filter(isSelected).length} assets: ${each}`;
}
