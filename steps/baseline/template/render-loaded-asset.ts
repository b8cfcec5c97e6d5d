import type { Liquid } from "liquidjs";
import { rendererOf } from "../assets/registry.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { emptyAnswers } from "../lookups/lookup.ts";
import { type RenderContext, type Rendered, renderStatic, renderTemplate } from "./render-asset.ts";

export interface Renderer {
  readonly engine: Liquid;
  /** Texts beside the templates, by path. */
  readonly files: Readonly<Record<string, string>>;
}

function contextFor({ entry }: LoadedAsset, document: ContextDocument, { files }: Renderer): RenderContext {
  const { hco, hardware, topology, images, lookups } = document;
  return {
    HCO: hco,
    Hardware: { ...hardware },
    Topology: { ...topology },
    Images: images,
    Params: entry.template_params ?? {},
    Lookups: lookups[entry.name] ?? emptyAnswers(entry.lookups ?? []),
    Files: files,
  };
}

/** What an asset of the catalog is in this cluster. Reconciling and showing go this one way. Pure. */
export function renderLoadedAsset(asset: LoadedAsset, document: ContextDocument, renderer: Renderer): Rendered {
  const { entry, text } = asset;
  const context = contextFor(asset, document, renderer);
  if (text === undefined) {
    const render = rendererOf(entry.render ?? "");
    return render === undefined
      ? { state: "failed", reason: `the program has no function ${entry.render}` }
      : render(context);
  }
  return entry.path.endsWith(".liquid") ? renderTemplate(renderer.engine, text, context) : renderStatic(text);
}
