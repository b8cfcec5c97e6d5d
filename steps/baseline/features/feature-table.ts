import { markdownCode, markdownTable } from "../../lib/markdown/markdown-table.ts";
import type { FeatureDocument, FeatureEntry, Maturity } from "./feature-document.ts";

const words: Readonly<Record<Maturity, string>> = { GA: "GA", TP: "Technology Preview", DP: "Developer Preview" };

function switchedOnBy({ opt_in }: FeatureEntry): string {
  return opt_in === null ? "always on" : opt_in.split(", ").map(markdownCode).join(", ");
}

function rowOf(feature: FeatureEntry): readonly string[] {
  const { name, description, maturity, requires, recommended } = feature;
  const needs = [...requires, ...recommended.map((thing) => `recommended: ${thing}`)].join("; ");
  return [name, words[maturity], switchedOnBy(feature), needs, description];
}

/** The features as a table of Markdown, under a line that says what turns all of them on. Pure. */
export function featureTable({ framework, features }: FeatureDocument): string {
  const columns = ["Feature", "Maturity", "Switched on by", "Needs", "What it does"];
  const gate = `The baseline is ${words[framework.maturity]} and does nothing without ${markdownCode(framework.opt_in)} on the HyperConverged.`;
  return `${gate}\n\n${markdownTable(columns, features.map(rowOf))}`;
}
