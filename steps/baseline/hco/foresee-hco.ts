import { goldenConfig } from "../catalog/catalog.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { emptyContext } from "../context/empty-context.ts";
import type { AskedAssets } from "../context/select-in-context.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { renderCatalog } from "../report/render-catalog.ts";
import type { TemplateEngine } from "../template/template-engine.ts";
import { effectiveHco, type HcoDocument } from "./effective-hco.ts";

/** What a run would go by that is asked for these assets. */
export interface Foresight {
  readonly loaded: Pick<LoadedAssets, "assets" | "files">;
  readonly engine: TemplateEngine;
  readonly images: Readonly<Record<string, string>>;
  readonly asked: AskedAssets;
}

/** The HyperConverged of which a run would make all later assets: with its golden config, which is only tried. */
export async function foreseeHco(
  cluster: Cluster,
  hco: ManagedObject,
  { loaded, engine, images, asked }: Foresight,
): Promise<HcoDocument> {
  const assets = loaded.assets.filter(({ name }) => name === goldenConfig);
  const [golden] = renderCatalog({ assets, files: loaded.files }, emptyContext(hco, images), asked, engine);
  return await effectiveHco(cluster, hco, golden);
}
