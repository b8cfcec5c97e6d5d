import { join } from "node:path";
import { fileExists } from "../../lib/kube/read-text-file.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { places } from "../checkout/places.ts";
import { type Asked, sightOfFiles } from "../render/look.ts";
import { renderCatalog } from "../report/render-catalog.ts";
import { templateEngine } from "../template/template-engine.ts";
import type { Rendering } from "./rendering.ts";

/** How a commit says what the platform is. */
export interface Described {
  /** Folder with the assets, below the checkout. */
  readonly folder: string;
  readonly hcoFile: string;
  readonly contextFile: string;
  readonly requireOptIn: boolean;
  readonly asked: Asked;
}

export interface CheckoutRendering extends Rendering {
  /** `absent`: the commit has no HyperConverged, so that nothing is rendered. `off`: it does not opt in. */
  readonly state: "rendered" | "off" | "absent";
  readonly assets: "own" | "shipped";
}

type Loaded = Pick<CheckoutRendering, "assets"> & { readonly loaded: LoadedAssets };

/** A repository of the HyperConverged alone goes by the assets of this program. */
async function loadAssetsOf(folder: string): Promise<Loaded> {
  const isOwn = await fileExists(join(folder, places.assets));
  return isOwn
    ? { assets: "own", loaded: await loadCheckout(folder) }
    : { assets: "shipped", loaded: await loadShippedAssets() };
}

/**
 * Renders the baseline of a checkout as `render` does for files, which nothing outside of it decides.
 *
 * @throws FairleadError BASE-CAT-01 to BASE-CAT-03, BASE-PAR-03 (exit 2)
 */
export async function renderCheckout(checkout: string, described: Described): Promise<CheckoutRendering> {
  const { folder, hcoFile, contextFile, requireOptIn, asked } = described;
  const { assets, loaded } = await loadAssetsOf(join(checkout, folder));
  const { tombstones } = loaded;
  const [hco, context] = await Promise.all(
    [hcoFile, contextFile].map(async (file) => file !== "" && (await fileExists(join(checkout, file)))),
  );
  const files = {
    folder: checkout,
    requireOptIn,
    ...(hco === true ? { hcoFile } : {}),
    ...(context === true ? { contextFile } : {}),
  };
  const sight = await sightOfFiles(files, loaded, asked);
  if (sight.state !== "found") return { state: "absent", assets, records: [], tombstones };
  const { document, activation } = sight;
  const records = renderCatalog(loaded, document, { activation, onlyAssets: [] }, templateEngine());
  return { state: activation.state === "off" ? "off" : "rendered", assets, records, tombstones };
}
