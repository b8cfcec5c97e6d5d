import { assetsOf, type Catalog, type CatalogAsset, type CatalogFeature } from "../catalog/catalog.ts";
import { type Condition, describeCondition } from "../catalog/condition.ts";

/** Generally available, technology preview, developer preview. */
export type Maturity = "GA" | "TP" | "DP";

export interface FeatureEntry {
  readonly name: string;
  readonly description: string;
  readonly maturity: Maturity;
  readonly install: "always" | "opt-in";
  /** What its owner says to have it, `key=value`, joined by commas; `null` where nothing is to be said. */
  readonly opt_in: string | null;
  /** What must be there before, and what makes it better. */
  readonly requires: readonly string[];
  readonly recommended: readonly string[];
  /** Names of the assets that make it up, as the catalog lists them. */
  readonly assets: readonly string[];
}

/** What the baseline offers, for people and programs. */
export interface FeatureDocument {
  readonly framework: { readonly maturity: Maturity; readonly opt_in: string };
  readonly features: readonly FeatureEntry[];
}

const rank: Readonly<Record<Maturity, number>> = { GA: 0, TP: 1, DP: 2 };

/** What is as it is: nobody can say it. */
const circumstances: ReadonlySet<Condition["type"]> = new Set(["topology", "hardware-detection", "image"]);

function maturityOf(given: "" | "dp" | "tp" | undefined, otherwise: Maturity): Maturity {
  switch (given) {
    case "dp":
      return "DP";
    case "tp":
      return "TP";
    default:
      return otherwise;
  }
}

function optInOf(assets: readonly CatalogAsset[]): string | null {
  const conditions = assets.flatMap(({ conditions = [] }) => conditions);
  const said = conditions.filter(({ type }) => !circumstances.has(type)).map(describeCondition);
  return said.length === 0 ? null : [...new Set(said)].join(", ");
}

function entryOf(feature: CatalogFeature, catalog: Catalog): FeatureEntry {
  const assets = assetsOf(feature, catalog);
  const isOptIn = assets.some(({ install }) => install === "opt-in");
  return {
    name: feature.name,
    description: feature.description,
    maturity: maturityOf(feature.maturity, isOptIn ? "DP" : "GA"),
    install: isOptIn ? "opt-in" : "always",
    opt_in: optInOf(assets),
    requires: feature.requires ?? [],
    recommended: feature.recommended ?? [],
    assets: assets.map(({ name }) => name),
  };
}

/** By code points, so that the order is the same wherever it is made. */
function byMaturityAndName(one: FeatureEntry, other: FeatureEntry): number {
  if (one.maturity !== other.maturity) return rank[one.maturity] - rank[other.maturity];
  return one.name < other.name ? -1 : Number(one.name > other.name);
}

/** The features that a catalog offers: the ripest first. Pure. */
export function featureDocument(catalog: Catalog): FeatureDocument {
  const { maturity, opt_in } = catalog.framework;
  return {
    framework: { maturity: maturityOf(maturity, "GA"), opt_in },
    features: catalog.features.map((feature) => entryOf(feature, catalog)).toSorted(byMaturityAndName),
  };
}

/** The document as its file holds it. Pure. */
export function formatFeatureDocument(document: FeatureDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
