import { resolve } from "node:path";
import type { Plugin } from "esbuild";
import { readAssetFiles } from "../../steps/baseline/catalog/asset-files.ts";
import { catalogSchema } from "../../steps/baseline/catalog/catalog.schema.ts";
import { loadAssets } from "../../steps/baseline/catalog/load-assets.ts";
import { assertObjects } from "../../steps/baseline/scan/assert-objects.ts";
import { compileValidator } from "../../steps/lib/schema/compile-validator.ts";
import { repositoryRoot } from "./repository-root.ts";

/** Made of the catalog, which is shipped. */
const leftOut: ReadonlySet<string> = new Set(["features.json"]);

/**
 * Replaces the reading of the assets' folder by their texts: the program has no folder beside it. What each of its starts
 * would find out about them is found out here.
 *
 * @throws FairleadError BASE-CAT-01, BASE-CAT-03, and nothing is built
 */
export function shipAssets(): Plugin {
  return {
    name: "ship-assets",
    setup: (build) => {
      build.onLoad({ filter: /steps\/baseline\/catalog\/shipped-assets\.ts$/ }, async () => {
        const files = await readAssetFiles(resolve(repositoryRoot, "assets/baseline"));
        assertObjects(loadAssets(files, await compileValidator(catalogSchema)));
        const texts = JSON.stringify([...files].filter(([path]) => !leftOut.has(path)));
        const contents = `export const objectsAreChecked = true;
export async function shippedAssets() { return new Map(${texts}); }`;
        return { contents, loader: "ts" };
      });
    },
  };
}
