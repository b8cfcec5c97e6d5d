import type { Json } from "../../lib/json/json.ts";
import type { ReportTable } from "../../lib/report/types.ts";
import { isSelected } from "../run/count-results.ts";
import type { AssetRecord, RunRecord, TombstoneRecord } from "../run/run-record.ts";
import { objectKey } from "../state/baseline-state.ts";
import { outcomeWords } from "./outcome-words.ts";
import { shownDrift } from "./shown-drift.ts";

/** What a person reads of a value; the whole of it is in the summary for programs. */
const longestValue = 120;

type Row = readonly string[];

function objectOf({ identity }: AssetRecord): string {
  return identity === undefined ? "" : objectKey(identity);
}

function indicesOf<T>(items: readonly T[], isUnusual: (item: T) => boolean): readonly number[] {
  return items.flatMap((item, index) => (isUnusual(item) ? [index] : []));
}

const unusual: ReadonlySet<AssetRecord["result"]> = new Set(["failed", "paused", "namespace-missing"]);

function isApplicable(record: AssetRecord): boolean {
  return isSelected(record) && record.result !== "not-applicable" && record.result !== "excluded";
}

/** What a run did comes before what it found in place: that is most of them, and says the least. */
function quietLast(records: readonly AssetRecord[]): readonly AssetRecord[] {
  const isQuiet = ({ result }: AssetRecord): boolean => result === "unchanged";
  return [...records.filter((one) => !isQuiet(one)), ...records.filter(isQuiet)];
}

/** What is kept at the baseline, and what became of it. */
function assetTable({ assets, isDryRun }: RunRecord): ReportTable {
  const kept = quietLast(assets.filter(isApplicable));
  return {
    title: "Assets",
    columns: ["Asset", "Object", "Result", "Why", "Seconds"],
    rows: kept.map((record) => {
      const { word, reason } = outcomeWords(record, isDryRun);
      return [record.asset, objectOf(record), word, reason, (record.durationMs / 1000).toFixed(2)];
    }),
    exceptions: indicesOf(kept, ({ result }) => unusual.has(result)),
  };
}

function shortValue(value: Json): string {
  if (value === null) return "(absent)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const characters = [...text];
  return characters.length <= longestValue ? text : `${characters.slice(0, longestValue).join("")}…`;
}

function driftRows(record: AssetRecord, isDryRun: boolean): readonly Row[] {
  return shownDrift(record).map(({ path, live, desired, owners }) => [
    record.asset,
    path,
    shortValue(live),
    shortValue(desired),
    owners.join(", "),
    outcomeWords(record, isDryRun).word,
  ]);
}

function driftTable({ assets, isDryRun }: RunRecord): ReportTable {
  return {
    title: "Drift",
    columns: ["Asset", "Field", "Live", "Baseline", "Owned by", "Result"],
    rows: assets.flatMap((record) => driftRows(record, isDryRun)),
    legend: "Fields that differed when they were read, and the field managers that owned them then.",
  };
}

function customizationOf({ result, patchOperations, ignoredFields }: AssetRecord): string {
  return [
    ...(result === "unmanaged" ? ["unmanaged"] : []),
    ...(patchOperations === undefined ? [] : [`patch with operations: ${patchOperations}`]),
    ...(ignoredFields.length === 0 ? [] : [`ignored fields: ${ignoredFields.join(", ")}`]),
  ].join("; ");
}

function customizationTable({ assets }: RunRecord): ReportTable {
  const customized = assets.map((record) => ({ record, how: customizationOf(record) })).filter(({ how }) => how !== "");
  return {
    title: "Changed by users",
    columns: ["Asset", "Object", "How"],
    rows: customized.map(({ record, how }) => [record.asset, objectOf(record), how]),
  };
}

/** What is not for this cluster, and why. */
function leftOutTable({ assets, isDryRun }: RunRecord): ReportTable {
  const left = assets.filter((record) => !isApplicable(record));
  return {
    title: "Not applied here",
    columns: ["Asset", "Result", "Why"],
    rows: left.map((record) => {
      const { word, reason } = outcomeWords(record, isDryRun);
      return [record.asset, word, reason];
    }),
    exceptions: indicesOf(
      left,
      (record) =>
        record.result === "not-selected" && (record.reason === "crd-missing" || record.reason === "gate-crd-missing"),
    ),
  };
}

function tombstoneWords(record: TombstoneRecord): Row {
  switch (record.status) {
    case "gone":
    case "deleted":
      return [record.status, ""];
    case "pending":
      return ["being deleted", "a finalizer keeps it"];
    case "skipped":
      return ["left alone", record.reason];
    case "failed":
      return ["failed", record.reason];
  }
}

function tombstoneTable({ tombstones }: RunRecord): ReportTable {
  return {
    title: "Objects of earlier releases",
    columns: ["Object", "Result", "Why"],
    rows: tombstones.map((record) => [objectKey(record.identity), ...tombstoneWords(record)]),
    exceptions: indicesOf(tombstones, ({ status }) => status !== "gone" && status !== "deleted"),
  };
}

/**
 * What drifted and who owns it, what users changed, what is applied, and what is left out and why. The short tables come
 * first, so that all but the usual is seen at once. Pure.
 */
export function reportTables(record: RunRecord): readonly ReportTable[] {
  return [
    driftTable(record),
    customizationTable(record),
    assetTable(record),
    leftOutTable(record),
    tombstoneTable(record),
  ];
}
