import { disabledResources } from "../exclusion/read-rules.ts";
import { marker } from "../markers/marker-keys.ts";
import type { AssetRecord } from "../run/run-record.ts";

/** A result for people, and why it came to that; an empty reason where the word says it. */
export interface OutcomeWords {
  readonly word: string;
  readonly reason: string;
}

/** How the result of an asset is told. Pure. */
export function outcomeWords(record: AssetRecord, isDryRun: boolean): OutcomeWords {
  const would = isDryRun ? "would be " : "";
  switch (record.result) {
    case "applied":
      return { word: `${would}${record.existed ? "corrected" : "created"}`, reason: "" };
    case "unchanged":
      return { word: "in place", reason: "" };
    case "excluded":
      return { word: "excluded", reason: `by the annotation ${disabledResources} of the HyperConverged` };
    case "unmanaged":
      return { word: "unmanaged", reason: `${marker.mode} leaves it to its user` };
    case "paused":
      return { word: "paused", reason: "somebody else kept changing it" };
    case "not-applicable":
      return { word: "not applicable", reason: "it renders nothing here" };
    case "namespace-missing":
      return { word: "namespace missing", reason: `there is no namespace ${record.namespace}, or it is being deleted` };
    case "failed":
      return { word: record.cause === "step" ? "failed" : record.cause.replace("-", " "), reason: record.error };
    case "not-selected":
      return { word: "not selected", reason: notSelectedReason(record) };
  }
}

function notSelectedReason(record: Extract<AssetRecord, { readonly result: "not-selected" }>): string {
  switch (record.reason) {
    case "not-in-allowlist":
      return "neither its name nor its group is listed";
    case "conditions-not-met":
      return `what it asks for does not hold: ${record.unmet.join("; ")}`;
    case "crd-missing":
    case "gate-crd-missing":
      return `${record.crd} is not installed`;
  }
}
