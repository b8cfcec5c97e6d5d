import { exitCodeOf } from "../failure/exit-code.ts";
import { countResults } from "../run/count-results.ts";
import type { Dependency, RunRecord } from "../run/run-record.ts";
import type { BaselineState } from "../state/baseline-state.ts";
import { assetSeries, tombstoneSeries } from "./asset-series.ts";
import { type HistogramSeries, type MetricFamily, metricsText, once, type Series } from "./exposition.ts";

const prefix = "kubevirt_autopilot_";

function gauge(name: string, help: string, series: readonly Series[]): MetricFamily {
  return { name: `${prefix}${name}`, help, type: "gauge", series };
}

function counter(name: string, help: string, series: readonly Series[]): MetricFamily {
  return { name: `${prefix}${name}`, help, type: "counter", series };
}

function histogram(name: string, help: string, series: readonly HistogramSeries[]): MetricFamily {
  return { name: `${prefix}${name}`, help, type: "histogram", series };
}

function one(value: number | undefined): readonly Series[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}

function dependencySeries(dependencies: readonly Dependency[]): readonly Series[] {
  const series = dependencies.map(({ group, version, kind, isMissing }) => ({
    labels: { group, version, kind },
    value: isMissing ? 1 : 0,
  }));
  return once(series, Math.max);
}

/**
 * When a run last succeeded, ms since the epoch: this one, or the last one of which the state tells. One that had
 * nothing to do has succeeded: it is not stale. One that looked at a part says nothing of the rest. Pure.
 */
export function lastSuccess(record: RunRecord, { lastSuccessAt }: BaselineState): number | undefined {
  return record.scope === "whole" && exitCodeOf(record) === 0 ? record.finishedAt : lastSuccessAt;
}

/**
 * Everything that a run has to say as Prometheus text: the whole present state each time, since whoever pushes it
 * replaces what was there. Not for dry runs, nor for one that found the lock taken: it would wipe out what the other
 * says. Pure.
 *
 * @param state as the run leaves it
 * @param version of this program
 */
export function runMetrics(record: RunRecord, state: BaselineState, version: string): string {
  const assets = assetSeries(record.assets, state);
  const success = lastSuccess(record, state);
  return metricsText([
    gauge("compliance_status", "1 where an object is at the baseline, 0 where it drifted or failed", assets.compliance),
    counter("thrashing_total", "Edit wars over an object, each counted once", assets.thrashings),
    gauge("paused_resources", "1 where an object is paused for an edit war, else 0", assets.paused),
    gauge("customization_info", "1 for each means by which users change an object", assets.customizations),
    gauge(
      "missing_dependency",
      "1 where a kind that wanted assets need is not installed, else 0",
      dependencySeries(record.dependencies),
    ),
    histogram("reconcile_duration_seconds", "How long an object took in each run", assets.durations),
    gauge(
      "tombstone_status",
      "Objects of earlier releases: 0 gone, 1 being deleted, -1 failed, -2 left alone",
      tombstoneSeries(record.tombstones),
    ),
    gauge("last_run_timestamp_seconds", "When the last run ended", one(record.finishedAt / 1000)),
    gauge(
      "last_success_timestamp_seconds",
      "When the last run ended that did not fail",
      one(success === undefined ? undefined : success / 1000),
    ),
    gauge("last_run_failed_assets", "Assets that failed in the last run", one(countResults(record).failed)),
    gauge(
      "last_run_duration_seconds",
      "How long the last run took",
      one(Math.max(0, record.finishedAt - record.startedAt) / 1000),
    ),
    gauge("info", "1 for the version that ran", [{ labels: { version }, value: 1 }]),
  ]);
}
