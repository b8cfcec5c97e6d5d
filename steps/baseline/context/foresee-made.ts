import type { LoadedAssets } from "../catalog/load-assets.ts";
import { isExcluded } from "../exclusion/read-rules.ts";
import { type Identity, identityOf } from "../object/managed-object.ts";
import { readExclusions } from "../run/read-exclusions.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import type { TemplateEngine } from "../template/template-engine.ts";
import type { ContextDocument } from "./context-document.ts";
import { type AskedAssets, selectInContext } from "./select-in-context.ts";
import { withMade } from "./with-made.ts";

/** What was asked of a cluster, as it will be answered in a run that makes one asset after the other. Pure. */
export function foreseeMade(
  { assets, files }: Pick<LoadedAssets, "assets" | "files">,
  document: ContextDocument,
  asked: AskedAssets,
  engine: TemplateEngine,
): ContextDocument {
  const { rules } = readExclusions(document.hco);
  const made: Identity[] = [];
  let foreseen = document;
  for (const { state, asset } of selectInContext(assets, document, asked)) {
    if (state !== "selected") continue;
    foreseen = withMade(foreseen, asset, made);
    const rendered = renderLoadedAsset(asset, foreseen, { engine, files });
    if (rendered.state !== "rendered") continue;
    const identity = identityOf(rendered.object);
    if (!isExcluded(rules, identity)) made.push(identity);
  }
  return foreseen;
}
