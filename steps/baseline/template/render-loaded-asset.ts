import { rendererOf } from "../assets/registry.ts";
import { goldenConfig } from "../catalog/catalog.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { firstLine } from "../failure/reason-of.ts";
import { emptyAnswers } from "../lookups/lookup.ts";
import { type RenderContext, type Rendered, renderStatic, renderTemplate } from "./render-asset.ts";
import type { TemplateEngine } from "./template-engine.ts";

export interface Renderer {
  readonly engine: TemplateEngine;
  /** Texts beside the templates, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** What an asset can read in a cluster. Pure. */
export function renderContext(
  { entry }: LoadedAsset,
  document: ContextDocument,
  files: Renderer["files"],
): RenderContext {
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

type Source = Pick<LoadedAsset, "entry" | "text">;

function renderSource({ entry, text }: Source, context: RenderContext, engine: TemplateEngine): Rendered {
  if (text === undefined) {
    const write = rendererOf(entry.render ?? "");
    return write === undefined
      ? { state: "failed", reason: `the program has no function ${entry.render}` }
      : write(context);
  }
  return entry.path.endsWith(".liquid") ? renderTemplate(engine, text, context) : renderStatic(text, engine.read);
}

/** What an asset says of all that it can read. Whatever breaks while it is rendered fails this asset alone. Pure. */
export function renderInContext(asset: Source, context: RenderContext, engine: TemplateEngine): Rendered {
  try {
    return renderSource(asset, context, engine);
  } catch (error) {
    return { state: "failed", reason: firstLine(error) };
  }
}

/**
 * What an asset of the catalog is in this cluster. Reconciling and showing go this one way. A cluster that serves no
 * HyperConverged v1 yet gets its golden config in the version by which its own was read. Pure.
 */
export function renderLoadedAsset(asset: LoadedAsset, document: ContextDocument, renderer: Renderer): Rendered {
  const context = renderContext(asset, document, renderer.files);
  const rendered = renderInContext(asset, context, renderer.engine);
  if (asset.name !== goldenConfig || rendered.state !== "rendered") return rendered;
  return { ...rendered, object: { ...rendered.object, apiVersion: document.hco.apiVersion } };
}
