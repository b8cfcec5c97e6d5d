import type { Logger } from "../../lib/log/logger.ts";
import { metricsAddress, pushMetrics } from "../metrics/push-metrics.ts";
import { runMetrics } from "../metrics/run-metrics.ts";
import type { ConductedRun } from "./conduct-run.ts";

/** Prometheus text of a run; `undefined` for one that says nothing of the present state. Pure. */
export function metricsOf({ record, state }: ConductedRun, version: string): string | undefined {
  return state === undefined ? undefined : runMetrics(record, state, version);
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
  const why = await pushMetrics({ url, text: metrics, signal });
  if (why === undefined) log.info(`metrics pushed to ${metricsAddress(url)}`);
  else log.warn(`the metrics could not be pushed to ${metricsAddress(url)}, which changes nothing else: ${why}`);
}
