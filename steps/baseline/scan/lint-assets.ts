import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { Collection } from "../crds/validate-collection.ts";
import { lintObjects } from "../lint/lint-objects.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import { templateEngine } from "../template/template-engine.ts";
import { contextsOfCrds } from "./contexts-of-crds.ts";
import { contextsFor } from "./sample-contexts.ts";

/**
 * What server-side apply would refuse of the objects that the assets become in made-up clusters of every kind, which
 * have the CRDs of the collection. Pure.
 */
export function lintAssets({ assets, files }: LoadedAssets, collection: Collection): readonly string[] {
  const renderer = { engine: templateEngine(), files };
  const contexts = contextsOfCrds(assets, collection.crds.values());
  const rendered = assets.flatMap((asset) =>
    contextsFor(asset, contexts).flatMap((context) => {
      const one = renderLoadedAsset(asset, context, renderer);
      return one.state === "rendered" ? [{ asset: asset.name, object: one.object }] : [];
    }),
  );
  return lintObjects(rendered, collection.crds);
}
