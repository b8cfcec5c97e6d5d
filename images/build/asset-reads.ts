import type { LoadedAssets } from "../../steps/baseline/catalog/load-assets.ts";
import type { LoadedAsset } from "../../steps/baseline/catalog/loaded-asset.ts";
import type { ContextDocument } from "../../steps/baseline/context/context-document.ts";
import { type Identity, identityOf, type ManagedObject } from "../../steps/baseline/object/managed-object.ts";
import { contextsFor, sampleContexts } from "../../steps/baseline/scan/sample-contexts.ts";
import type { RenderContext } from "../../steps/baseline/template/render-asset.ts";
import { type Renderer, renderContext, renderInContext } from "../../steps/baseline/template/render-loaded-asset.ts";
import { templateEngine } from "../../steps/baseline/template/template-engine.ts";
import { isJsonObject, type JsonObject, member, valueAt } from "../../steps/lib/json/json.ts";
import { endsOf, type ReadPath, recorded } from "./recorded-reads.ts";

type Part = keyof RenderContext;

/** Which objects an asset becomes in made-up clusters of every kind, and what it reads to become them. */
export interface AssetReads {
  readonly identities: readonly Identity[];
  /** Ways into each part of what a template knows. */
  readonly reads: Readonly<Record<Part, readonly ReadPath[]>>;
}

interface Observed {
  readonly identities: readonly Identity[];
  readonly noted: readonly (readonly [part: Part, path: ReadPath])[];
}

/** What an asset becomes in each of the clusters, and all that it reads of them. */
function observe(asset: LoadedAsset, contexts: readonly ContextDocument[], { engine, files }: Renderer): Observed {
  const noted: (readonly [Part, ReadPath])[] = [];
  const identities = contexts.flatMap((document) => {
    const context = renderContext(asset, document, files);
    const watch = (part: Part): JsonObject => recorded({ ...context[part] }, (path) => noted.push([part, path]));
    const watched: RenderContext = {
      HCO: watch("HCO"),
      Hardware: watch("Hardware"),
      Topology: watch("Topology"),
      Images: watch("Images"),
      Params: watch("Params"),
      Lookups: watch("Lookups"),
      Files: watch("Files"),
    };
    const rendered = renderInContext(asset, watched, engine);
    return rendered.state === "rendered" ? [identityOf(rendered.object)] : [];
  });
  return { identities, noted };
}

/** The value with an empty object at the end of a way that leads nowhere. Pure. */
function withPlaceAt(object: JsonObject, [name, ...further]: ReadPath): JsonObject {
  if (name === undefined) return object;
  const found = member(object, name);
  if (found !== undefined && !isJsonObject(found)) return object;
  return { ...object, [name]: withPlaceAt(found ?? {}, further) };
}

/** Of a field that is not there only the first part is looked for; with that part in place the look goes on. Pure. */
function withPlaces(document: ContextDocument, fields: readonly ReadPath[]): ContextDocument {
  const places = fields.filter((path) => path[0] === "spec" && valueAt(document.hco, path) === undefined);
  const hco = places.reduce<JsonObject>(withPlaceAt, document.hco) as ManagedObject; // its identity is untouched
  return { ...document, hco };
}

function endsIn({ noted }: Observed, wanted: Part): readonly ReadPath[] {
  return endsOf(noted.flatMap(([part, path]) => (part === wanted ? [path] : [])));
}

/** Observes until no further field of the HyperConverged is found. */
function observeAll(asset: LoadedAsset, contexts: readonly ContextDocument[], renderer: Renderer): Observed {
  let observed = observe(asset, contexts, renderer);
  for (;;) {
    const fields = endsIn(observed, "HCO");
    if (!fields.some(([first]) => first === "spec")) return observed;
    const filled = contexts.map((one) => withPlaces(one, fields));
    const noted = [...observed.noted, ...observe(asset, filled, renderer).noted];
    const deeper = { ...observed, noted };
    if (JSON.stringify(endsIn(deeper, "HCO")) === JSON.stringify(fields)) return observed;
    observed = deeper;
  }
}

function readsOf(asset: LoadedAsset, contexts: readonly ContextDocument[], renderer: Renderer): AssetReads {
  const observed = observeAll(asset, contexts, renderer);
  return {
    identities: [...new Map(observed.identities.map((one) => [JSON.stringify(one), one])).values()],
    reads: {
      HCO: endsIn(observed, "HCO"),
      Hardware: endsIn(observed, "Hardware"),
      Topology: endsIn(observed, "Topology"),
      Images: endsIn(observed, "Images"),
      Params: endsIn(observed, "Params"),
      Lookups: endsIn(observed, "Lookups"),
      Files: endsIn(observed, "Files"),
    },
  };
}

/** Found by rendering each asset in made-up clusters that note what is read of them. Pure. */
export function assetReads({ assets, files }: LoadedAssets): ReadonlyMap<string, AssetReads> {
  const renderer = { engine: templateEngine(), files };
  const contexts = sampleContexts(assets);
  return new Map(assets.map((asset) => [asset.name, readsOf(asset, contextsFor(asset, contexts), renderer)]));
}
