import type { ReportTable } from "./types.ts";

type Row = readonly string[];

/** A table that is short enough to be read from top to bottom. */
const shortRows = 50;
/** More exceptions than that are no exceptions. */
const mostExceptions = 200;

export interface TableParts {
  /** What is to be looked at, or the beginning of it. */
  readonly first: readonly Row[];
  /** What is there for whoever looks for a certain row. */
  readonly rest: readonly Row[];
  /** All exceptions, also those that are not among the first. */
  readonly exceptions: number;
  /** Both parts are read as one. */
  readonly short: boolean;
}

/** Thousands of clusters that are well must not hide the three that are not. Pure. */
export function tableParts({ rows, exceptions = [] }: ReportTable): TableParts {
  const marked = new Set(exceptions);
  const unusual = rows.filter((_, index) => marked.has(index));
  const usual = rows.filter((_, index) => !marked.has(index));
  const first = unusual.slice(0, mostExceptions);
  const rest = [...unusual.slice(mostExceptions), ...usual];
  return { first, rest, exceptions: unusual.length, short: rows.length <= shortRows };
}
