import type { JsonObject } from "../../../../steps/lib/json/json.ts";
import type { BaselineRun } from "./baseline-bench.ts";

/** A series of a run's Prometheus text: its labels, and its value. */
export interface MetricSample {
  readonly labels: JsonObject;
  readonly value: number;
}

/** All series of a metric, its name without `kubevirt_autopilot_`. */
export function seriesOf({ metrics }: Pick<BaselineRun, "metrics">, name: string): readonly MetricSample[] {
  const line = new RegExp(`^kubevirt_autopilot_${name}\\{(.*)\\} (\\S+)$`, "gm");
  return [...metrics.matchAll(line)].map(([, labels = "", value]) => ({
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [key, text])),
    value: Number(value),
  }));
}

/** The value of a metric for each object of a kind, by the object's name. */
export function valuesOf(run: Pick<BaselineRun, "metrics">, name: string, kind: string): JsonObject {
  const ofKind = seriesOf(run, name).filter(({ labels }) => labels["kind"] === kind);
  return Object.fromEntries(ofKind.map(({ labels, value }) => [String(labels["name"]), value]));
}

/** By which means objects of a kind are customized, sorted. */
export function customizationsOf(run: Pick<BaselineRun, "metrics">, kind: string): readonly string[] {
  return seriesOf(run, "customization_info")
    .filter(({ labels, value }) => labels["kind"] === kind && value === 1)
    .map(({ labels }) => String(labels["type"]))
    .toSorted();
}
