import { Gauge, Registry } from "prom-client";
import type { Report, ReportCheck } from "./types.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const milli = 1000;

function seconds(timestamp: string): number {
  return (Date.parse(timestamp) || 0) / milli;
}

/** How many of each. */
function countBy<T>(items: readonly T[], labelsOf: (item: T) => Labels): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = JSON.stringify(labelsOf(item));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => [JSON.parse(key), count]);
}

function checkLabels({ severity, result }: ReportCheck): Labels {
  return { severity, result };
}

/**
 * The figures of a report as Prometheus text, for a textfile collector or a push gateway: a step never listens. Every
 * series has the label `operation`. Durations and timestamps are in seconds.
 *
 * @example fairlead_step_duration_seconds{operation="switchover",phase="activation",step="wait_restore_completion"} 15.7
 */
export async function renderMetrics(report: Report): Promise<string> {
  const registry = new Registry();
  const { operation } = report;
  const gauge = (name: string, help: string, samples: readonly Sample[]): void => {
    const labelNames = ["operation", ...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    const made = new Gauge({ name: `fairlead_${name}`, help, labelNames, registers: [registry] });
    for (const [labels, value] of samples) made.set({ operation, ...labels }, value);
  };
  const one = (value: number): readonly Sample[] => [[{}, value]];
  const duration = Math.max(0, seconds(report.finishedAt) - seconds(report.startedAt));
  gauge("operation_outcome", "1 for how the operation ended", [[{ outcome: report.outcome }, 1]]);
  gauge("operation_duration_seconds", "From the first start of the operation to this report", one(duration));
  gauge("operation_finished_timestamp_seconds", "When this report was made", one(seconds(report.finishedAt)));
  gauge(
    "step_duration_seconds",
    "How long each finished step took",
    report.timeline.map(({ phase, step, durationMs }) => [{ phase, step }, durationMs / milli]),
  );
  const phases = new Map<string, number>();
  for (const { phase, durationMs } of report.timeline) phases.set(phase, (phases.get(phase) ?? 0) + durationMs / milli);
  gauge(
    "phase_duration_seconds",
    "How long the finished steps of each phase took together",
    [...phases].map(([phase, value]) => [{ phase }, value]),
  );
  for (const { name, help, samples } of report.figures ?? []) {
    const own = samples.map(({ labels, value }): Sample => [labels, value]);
    gauge(name, help, own);
  }
  gauge("checks", "Checks by severity and result", countBy(report.checks, checkLabels));
  gauge("warnings", "Warnings of the operation", one(report.warnings.length));
  gauge("errors", "Errors of the operation", one(report.errors.length));
  return await registry.metrics();
}
