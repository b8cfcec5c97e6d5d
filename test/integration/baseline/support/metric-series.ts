import type { BaselineRun } from "./baseline-bench.ts";

type Labels = Readonly<Record<string, string>>;

/** One line of Prometheus text that is no comment. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

function sampleOf(line: string): Sample {
  const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (found === null) throw new Error(`this is no sample of Prometheus text: ${line}`);
  const [, name = "", labels = "", value = ""] = found;
  const pairs = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"/g)];
  if (pairs.map(([pair]) => pair).join(",") !== labels) throw new Error(`these labels cannot be read: ${line}`);
  return { name, labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])), value: Number(value) };
}

/** @throws Error for a line that Prometheus would refuse */
export function samplesOf({ metrics }: Pick<BaselineRun, "metrics">): readonly Sample[] {
  return metrics
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(sampleOf);
}

/** Value of the series with these labels and perhaps others; `undefined` without one. Names without their prefix. */
export function metric(run: Pick<BaselineRun, "metrics">, name: string, labels: Labels): number | undefined {
  const found = samplesOf(run).find(
    (sample) =>
      sample.name === `kubevirt_autopilot_${name}` &&
      Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  );
  return found?.value;
}

/** All series of a metric, its name without the prefix. */
export function seriesOf(run: Pick<BaselineRun, "metrics">, name: string): readonly Sample[] {
  return samplesOf(run).filter((sample) => sample.name === `kubevirt_autopilot_${name}`);
}

/** The value of a metric for each object of a kind, by the object's name. */
export function valuesOf(
  run: Pick<BaselineRun, "metrics">,
  name: string,
  kind: string,
): Readonly<Record<string, number>> {
  const ofKind = seriesOf(run, name).filter(({ labels }) => labels["kind"] === kind);
  return Object.fromEntries(ofKind.map(({ labels, value }) => [labels["name"] ?? "", value]));
}

/** By which means objects of a kind are customized, sorted. */
export function customizationsOf(run: Pick<BaselineRun, "metrics">, kind: string): readonly string[] {
  return seriesOf(run, "customization_info")
    .filter(({ labels, value }) => labels["kind"] === kind && value === 1)
    .map(({ labels }) => labels["type"] ?? "")
    .toSorted();
}
