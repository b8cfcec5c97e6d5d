import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { type AskedAssets, selectInContext, selectionContext } from "../context/select-in-context.ts";
import { stamp } from "../markers/stamp.ts";
import { readExclusions } from "../run/read-exclusions.ts";
import type { Rendered } from "../template/render-asset.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import type { TemplateEngine } from "../template/template-engine.ts";
import { type RenderRecord, renderRecord } from "./render-record.ts";

/** With the managed label: what is shown can be compared with, and applied as, what a reconciliation applies. */
function stamped(rendered: Rendered): Rendered {
  return rendered.state === "rendered" ? { ...rendered, object: stamp(rendered.object) } : rendered;
}

/** What rendering says of every asset of the catalog in a cluster, as a reconciliation would go by it. Pure. */
export function renderCatalog(
  { assets, files }: Pick<LoadedAssets, "assets" | "files">,
  document: ContextDocument,
  asked: AskedAssets,
  engine: TemplateEngine,
): readonly RenderRecord[] {
  const { rules } = readExclusions(document.hco);
  const byName = new Map<string, LoadedAsset>(assets.map((asset) => [asset.name, asset]));
  const view = {
    context: selectionContext(document, asked),
    rules,
    render: ({ name }: { readonly name: string }): Rendered => {
      const asset = byName.get(name);
      if (asset === undefined) return { state: "failed", reason: `the catalog has no asset ${name}` };
      return stamped(renderLoadedAsset(asset, document, { engine, files }));
    },
  };
  return selectInContext(assets, document, asked).map((selection) => renderRecord(selection, view));
}
