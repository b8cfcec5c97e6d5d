import { stringify } from "yaml";
import { valueAt } from "../../lib/json/json.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { sampleContexts } from "../scan/sample-contexts.ts";
import { type Renderer, renderLoadedAsset } from "../template/render-loaded-asset.ts";
import { templateEngine } from "../template/template-engine.ts";

/** The rules of one PrometheusRule as Prometheus itself reads them. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

function firstObject(
  asset: LoadedAsset,
  contexts: readonly ContextDocument[],
  renderer: Renderer,
): ManagedObject | undefined {
  for (const context of contexts) {
    const rendered = renderLoadedAsset(asset, context, renderer);
    if (rendered.state === "rendered") return rendered.object;
  }
  return undefined;
}

/** A rule file for each PrometheusRule that the assets render, `<name>.yaml`. Pure. */
export function ruleFiles({ assets, files }: LoadedAssets): readonly RuleFile[] {
  const renderer = { engine: templateEngine(), files };
  const contexts = sampleContexts(assets);
  const rules = assets.filter(({ kind }) => kind.kind === "PrometheusRule");
  return rules.flatMap((asset) => {
    const object = firstObject(asset, contexts, renderer);
    if (object === undefined) return [];
    const groups = valueAt(object, ["spec", "groups"]) ?? [];
    return [{ name: `${object.metadata.name}.yaml`, text: stringify({ groups }, { lineWidth: 0 }) }];
  });
}
