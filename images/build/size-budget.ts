import type { ProgramSizes } from "./bundle-program.ts";

const kibibyte = 1_024;

/**
 * Bytes. Above what is there today by a margin for ordinary growth; a new large dependency must show itself here. The
 * project's own code may grow with what it does, as long as no start loads more of it.
 */
export const sizeBudget = { entry: 64 * kibibyte, dependencies: 2_560 * kibibyte } as const;

/** Bytes of the step image's layers as they are pulled. Nearly all of it is Node. */
export const imageBudget = 60 * kibibyte * kibibyte;

function kib(bytes: number): string {
  return `${(bytes / kibibyte).toFixed(1)} KiB`;
}

/** What is over budget, in sentences. */
export function checkSizes(sizes: ProgramSizes): readonly string[] {
  return (["entry", "dependencies"] as const)
    .filter((part) => sizes[part] > sizeBudget[part])
    .map((part) => `${part} has ${kib(sizes[part])}, the budget is ${kib(sizeBudget[part])}`);
}

/** Sizes for people: the two that have a budget, the whole, then the largest packages. */
export function sizeTable(sizes: ProgramSizes): string {
  const largest = [...sizes.packages].sort(([, a], [, b]) => b - a).slice(0, 8);
  const rows = [
    ["loaded at every start", `${kib(sizes.entry)} of ${kib(sizeBudget.entry)}`],
    ["npm packages in all chunks", `${kib(sizes.dependencies)} of ${kib(sizeBudget.dependencies)}`],
    ["all chunks", kib(sizes.total)],
    ...largest.map(([name, bytes]) => [`  ${name}`, kib(bytes)]),
  ];
  return rows.map(([name = "", value = ""]) => `${name.padEnd(34)} ${value}\n`).join("");
}
