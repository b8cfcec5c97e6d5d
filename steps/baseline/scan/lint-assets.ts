import { valueAt } from "../../lib/json/json.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import type { Collection } from "../crds/validate-collection.ts";
import { lintObjects } from "../lint/lint-objects.ts";
import { answersOf, type Lookup, readOf } from "../lookups/lookup.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import { templateEngine } from "../template/template-engine.ts";
import { contextsFor, sampleContexts } from "./sample-contexts.ts";

type Answers = ContextDocument["lookups"];

function isOfCrd(lookup: Lookup): boolean {
  return lookup.kind === "crd-enum" || lookup.kind === "crd-has-field";
}

/** What the CRDs of the collection answer: an asset that asks for their fields is held against the same ones. */
function answersOfCrds(assets: readonly LoadedAsset[], { crds }: Collection): Answers {
  const byName = new Map([...crds.values()].map((crd) => [valueAt(crd, ["metadata", "name"]), crd]));
  const found = (lookup: Lookup) => {
    const read = readOf(lookup);
    const crd = read.verb === "get" ? byName.get(read.name) : undefined;
    return crd === undefined ? [] : [crd];
  };
  const all = assets.map(({ name, entry }) => [name, answersOf((entry.lookups ?? []).filter(isOfCrd), found)] as const);
  return Object.fromEntries(all);
}

function withAnswers(document: ContextDocument, answers: Answers): ContextDocument {
  const lookups = Object.entries(document.lookups).map(([asset, found]) => [asset, { ...found, ...answers[asset] }]);
  return { ...document, lookups: Object.fromEntries(lookups) };
}

/**
 * What server-side apply would refuse of the objects that the assets become in made-up clusters of every kind, which
 * have the CRDs of the collection. Pure.
 */
export function lintAssets({ assets, files }: LoadedAssets, collection: Collection): readonly string[] {
  const renderer = { engine: templateEngine(), files };
  const answers = answersOfCrds(assets, collection);
  const contexts = sampleContexts(assets).map((document) => withAnswers(document, answers));
  const rendered = assets.flatMap((asset) =>
    contextsFor(asset, contexts).flatMap((context) => {
      const one = renderLoadedAsset(asset, context, renderer);
      return one.state === "rendered" ? [{ asset: asset.name, object: one.object }] : [];
    }),
  );
  return lintObjects(rendered, collection.crds);
}
