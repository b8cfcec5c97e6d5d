import { type DurationHistogram, durationBounds } from "./duration-histogram.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Series {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSeries {
  readonly labels: Labels;
  readonly histogram: DurationHistogram;
}

/** All series of one name. */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly type: "gauge" | "counter"; readonly series: readonly Series[] }
  | { readonly type: "histogram"; readonly series: readonly HistogramSeries[] }
);

/**
 * Series of equal labels, such as objects of two API groups that share kind and name, as one with the value that `pick`
 * chooses: Prometheus refuses a text that has a series twice. Pure.
 */
export function once(series: readonly Series[], pick: (...values: readonly number[]) => number): readonly Series[] {
  const byLabels = Map.groupBy(series, ({ labels }) => JSON.stringify(labels));
  return [...byLabels.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ labels: first.labels, value: pick(first.value, ...others.map(({ value }) => value)) }],
  );
}

function escapeValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function sorted<S extends { readonly labels: Labels }>(series: readonly S[]): readonly S[] {
  return series.toSorted((one, other) => (labelText(one.labels) < labelText(other.labels) ? -1 : 1));
}

function histogramLines(name: string, { labels, histogram }: HistogramSeries): readonly string[] {
  const { count, sum, buckets } = histogram;
  let below = 0;
  const bounded = durationBounds.map((bound, index) => {
    below += buckets[index] ?? 0;
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}`;
  });
  return [
    ...bounded,
    `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`,
    `${name}_sum${labelText(labels)} ${sum}`,
    `${name}_count${labelText(labels)} ${count}`,
  ];
}

function familyLines(family: MetricFamily): readonly string[] {
  const { name, help, type } = family;
  const head = [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`];
  return family.type === "histogram"
    ? [...head, ...sorted(family.series).flatMap((one) => histogramLines(name, one))]
    : [...head, ...sorted(family.series).map(({ labels, value }) => `${name}${labelText(labels)} ${value}`)];
}

/**
 * Metrics as Prometheus reads them (text format 0.0.4), families and series sorted, so that equal states have equal
 * bytes. A library's histogram cannot go on from the sums of an earlier process. Pure.
 */
export function metricsText(families: readonly MetricFamily[]): string {
  const lines = families.toSorted((one, other) => (one.name < other.name ? -1 : 1)).flatMap(familyLines);
  return lines.map((line) => `${line}\n`).join("");
}
