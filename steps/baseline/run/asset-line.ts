import { failureText } from "../failure/failure-text.ts";
import { isFailed } from "./count-results.ts";
import type { AssetRecord, DriftedField } from "./run-record.ts";

const mostFields = 3;

export interface AssetLine {
  readonly level: "info" | "warn";
  readonly text: string;
  /** Of what went wrong. */
  readonly id?: string;
}

function fieldWords({ path, owners }: DriftedField): string {
  const field = path === "" ? "the whole object" : path;
  return owners.length === 0 ? field : `${field} of ${owners.join(" and ")}`;
}

function driftWords(drift: AssetRecord["drift"]): string {
  if (drift.length === 0) return "";
  const named = drift.slice(0, mostFields).map(fieldWords).join(", ");
  const more = drift.length > mostFields ? ` and ${drift.length - mostFields} more` : "";
  return `, drifted: ${named}${more}`;
}

/**
 * What the log says of an asset: why it failed, and which fields had drifted with who owned them. A run in a pod may keep
 * no report, and then this is all that is left of it. Pure.
 */
export function assetLine(record: AssetRecord, isDryRun: boolean): AssetLine {
  if (isFailed(record)) {
    const { id, why } = failureText(record);
    return { level: "warn", text: `${record.asset}: failed: ${why}`, id };
  }
  const did = record.result === "applied" && isDryRun ? "would be applied" : record.result;
  return { level: "info", text: `${record.asset}: ${did}${driftWords(record.drift)}` };
}
