import type { Logger } from "../../lib/log/logger.ts";
import { stoppedBy } from "../failure/aggregate.ts";
import { metricsAddress, pushMetrics } from "../metrics/push-metrics.ts";
import { runMetrics } from "../metrics/run-metrics.ts";
import type { RunRecord } from "../run/run-record.ts";
import { emptyState } from "../state/baseline-state.ts";
import type { ConductedRun } from "./conduct-run.ts";

/** Nothing is looked after, which is no failure: what was told of objects before ends, and no alert on it stays. */
function isIdle({ isDryRun, ending }: RunRecord): boolean {
  return !isDryRun && (ending.ending === "disabled" || ending.ending === "hco-not-found");
}

/** Prometheus text of a run; `undefined` for one that says nothing of the present state. Pure. */
export function metricsOf(
  { record, state }: Pick<ConductedRun, "record" | "state">,
  version: string,
): string | undefined {
  if (isIdle(record)) {
    return runMetrics({ ...record, assets: [], tombstones: [], dependencies: [] }, emptyState, version);
  }
  return state === undefined ? undefined : runMetrics(record, state, version);
}

/** One that stopped before its end would take away what the gateway has of the assets that it did not come to. */
function isTelling(record: RunRecord): boolean {
  return isIdle(record) || (record.ending.ending === "completed" && stoppedBy(record) === undefined);
}

/**
 * Pushes the metrics of a run that looked at the whole baseline: those of another would take away what the gateway has of
 * the assets that it did not look at. A push that fails is a warning.
 *
 * @param url of the gateway, empty for none
 */
export async function pushMetricsOf(
  { record }: Pick<ConductedRun, "record">,
  metrics: string | undefined,
  { url, log, signal }: { readonly url: string; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  // Whoever asked for a part may wonder; that a watcher looks at one after a change is no news.
  if (url === "" || metrics === undefined || record.scope === "touched") return;
  if (record.scope !== "whole") {
    log.info("the metrics are not pushed, since this run looked at a part of the baseline only");
    return;
  }
  if (!isTelling(record)) {
    log.warn("the metrics are not pushed, since this run did not come to all assets");
    return;
  }
  const why = await pushMetrics({ url, text: metrics, signal });
  if (why === undefined) log.info(`metrics pushed to ${metricsAddress(url)}`);
  else log.warn(`the metrics could not be pushed to ${metricsAddress(url)}, which changes nothing else: ${why}`);
}
