import { type Condition, describeCondition } from "../../steps/baseline/catalog/condition.ts";
import { type Lookup, readOf } from "../../steps/baseline/lookups/lookup.ts";
import { markdownCode } from "../../steps/lib/markdown/markdown-table.ts";
import type { AssetReads } from "./asset-reads.ts";
import type { ReadPath } from "./recorded-reads.ts";

function sentenceOf(condition: Condition): string {
  switch (condition.type) {
    case "annotation":
      return condition.value === undefined
        ? "the HyperConverged has this annotation, with any value"
        : "the HyperConverged has this annotation";
    case "hardware-detection":
      return "a node has it";
    case "feature-gate":
      return "the HyperConverged has this feature gate on";
    case "image":
      return "the parameter `related-images` names this image";
    case "hco-field-unconfigured":
      return "the HyperConverged does not set this field";
    case "topology":
      return `${condition.field} is ${condition.value ?? "true"} of the cluster`;
  }
}

/** A condition as reports print it, and what that means. Pure. */
export function conditionWords(condition: Condition): string {
  return `${markdownCode(describeCondition(condition))} (${sentenceOf(condition)})`;
}

function questionOf(lookup: Lookup): string {
  switch (lookup.kind) {
    case "crd-enum":
      return `which values the CRD ${markdownCode(lookup.crd)} allows at ${markdownCode(lookup.path)}`;
    case "crd-has-field":
      return `whether the CRD ${markdownCode(lookup.crd)} declares ${markdownCode(lookup.path)}`;
    case "object-exists":
      return `whether there is the ${lookup.object_kind} ${markdownCode(`${lookup.namespace ?? ""}/${lookup.object_name}`.replace(/^\//, ""))}`;
    case "recording-rule":
      return `whether the PrometheusRule ${markdownCode(`${lookup.namespace}/${lookup.prometheus_rule}`)} records ${markdownCode(lookup.record)}`;
    case "config-map-value":
      return `what the ConfigMap ${markdownCode(`${lookup.namespace}/${lookup.config_map}`)} has at ${markdownCode(lookup.key)}`;
    case "storage-profile-rwx-class":
      return `which storage class offers shared file systems, of all objects of kind ${readOf(lookup).kind}`;
  }
}

/** What an asset asks the cluster. Pure. */
export function lookupWords(lookup: Lookup): string {
  return `${markdownCode(lookup.name)}: ${questionOf(lookup)}`;
}

function hcoWords(path: ReadPath): string {
  const [head, kind, ...rest] = path;
  return head === "metadata" && kind === "annotations"
    ? `annotation ${markdownCode(rest.join("."))}`
    : `field ${markdownCode(path.join("."))}`;
}

const codes = (paths: readonly ReadPath[]): readonly string[] => paths.map((path) => markdownCode(path.join(".")));

/** What an asset's content depends on: a label and its entries each; none for what is the same everywhere. Pure. */
export function readWords(
  { reads }: AssetReads,
  params: Readonly<Record<string, string>>,
  lookups: readonly Lookup[],
): readonly (readonly [label: string, entries: readonly string[]])[] {
  const parameters = reads.Params.map(([name = ""]) => `${markdownCode(name)} = ${markdownCode(params[name] ?? "")}`);
  const all = [
    ["Reads of the HyperConverged", reads.HCO.map(hcoWords)],
    ["Reads of the hardware", codes(reads.Hardware)],
    ["Reads of the topology", codes(reads.Topology)],
    ["Asks the cluster", lookups.map(lookupWords)],
    ["Images", codes(reads.Images)],
    ["Parameters of the catalog", parameters],
    ["Files put onto nodes", codes(reads.Files)],
  ] as const;
  return all.filter(([, entries]) => entries.length > 0);
}
