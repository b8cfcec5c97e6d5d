import { type JsonObject, valueAt } from "../../lib/json/json.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { answersOf, type Lookup, readOf } from "../lookups/lookup.ts";
import { sampleContexts } from "./sample-contexts.ts";

type Answers = ContextDocument["lookups"];

/** Whether a CRD answers it, and no other object. Pure. */
export function isOfCrd(lookup: Lookup): boolean {
  return lookup.kind === "crd-enum" || lookup.kind === "crd-has-field";
}

/** What the CRDs answer: an asset that asks for their fields is held against the same ones. */
function answersOfCrds(assets: readonly LoadedAsset[], crds: Iterable<JsonObject>): Answers {
  const byName = new Map([...crds].map((crd) => [valueAt(crd, ["metadata", "name"]), crd]));
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

/** The made-up clusters of every kind, with these CRDs installed. Pure. */
export function contextsOfCrds(assets: readonly LoadedAsset[], crds: Iterable<JsonObject>): readonly ContextDocument[] {
  const answers = answersOfCrds(assets, crds);
  return sampleContexts(assets).map((document) => withAnswers(document, answers));
}
