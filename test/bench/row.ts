import type { Comparison } from "./paired.ts";

/** One budget and what was measured against it. */
export interface Row {
  readonly what: string;
  readonly floor: string;
  readonly measured: string;
  /** What the budget limits: a ratio, or the unit that `unit` names. */
  readonly value: number;
  readonly budget: number;
  readonly unit: "×" | "s" | "MiB" | "requests";
}

/** A group of rows that are measured together. */
export interface Bench {
  readonly name: string;
  /** One line for people: what it needs and how long it takes. */
  readonly summary: string;
  run(log: (line: string) => void): Promise<readonly Row[]>;
}

const milli = 1000;

export function seconds(ms: number): string {
  return ms < milli ? `${Math.round(ms)} ms` : `${(ms / milli).toFixed(1)} s`;
}

export function ratioRow(what: string, { measuredMs, floorMs, ratio }: Comparison, budget: number): Row {
  return { what, floor: seconds(floorMs), measured: seconds(measuredMs), value: ratio, budget, unit: "×" };
}

function amount(value: number, unit: Row["unit"]): string {
  const digits = unit === "×" || unit === "s" ? 2 : 0;
  return unit === "×" ? `${value.toFixed(digits)}×` : `${value.toFixed(digits)} ${unit}`;
}

export function isMet({ value, budget }: Row): boolean {
  return value <= budget;
}

/** The rows as a table for people. Pure. */
export function renderRows(rows: readonly Row[]): string {
  const head = ["", "floor", "measured", "result", "budget", ""];
  const lines = rows.map((row) => [
    row.what,
    row.floor,
    row.measured,
    amount(row.value, row.unit),
    `≤ ${amount(row.budget, row.unit)}`,
    isMet(row) ? "met" : "MISSED",
  ]);
  const widths = head.map((title, index) => Math.max(title.length, ...lines.map((line) => (line[index] ?? "").length)));
  const print = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  return [head, ...lines].map(print).join("\n");
}
