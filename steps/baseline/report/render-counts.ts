import type { RenderRecord, RenderStatus } from "./render-record.ts";

/** How many assets came to what. */
export interface RenderCounts {
  readonly all: number;
  readonly included: number;
  readonly excluded: number;
  readonly filtered: number;
  readonly errors: number;
}

/** Pure. */
export function countRecords(records: readonly RenderRecord[]): RenderCounts {
  const count = (wanted: RenderStatus): number => records.filter(({ status }) => status === wanted).length;
  return {
    all: records.length,
    included: count("INCLUDED"),
    excluded: count("EXCLUDED"),
    filtered: count("FILTERED"),
    errors: count("ERROR"),
  };
}

/** In one sentence. Pure. */
export function countsText({ all, included, excluded, filtered, errors }: RenderCounts): string {
  return `of ${all} assets, ${included} included, ${excluded} excluded, ${filtered} filtered, ${errors} not rendered`;
}
