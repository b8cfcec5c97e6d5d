import { resolve } from "node:path";
import type { Plugin } from "esbuild";
import { readAssetFiles } from "../../steps/baseline/catalog/asset-files.ts";
import { repositoryRoot } from "./repository-root.ts";

/** Made of the catalog, which is shipped. */
const leftOut: ReadonlySet<string> = new Set(["features.json"]);

/** Replaces the reading of the assets' folder by their texts: the program has no folder beside it. */
export function shipAssets(): Plugin {
  return {
    name: "ship-assets",
    setup: (build) => {
      build.onLoad({ filter: /steps\/baseline\/catalog\/shipped-assets\.ts$/ }, async () => {
        const files = await readAssetFiles(resolve(repositoryRoot, "assets/baseline"));
        const texts = JSON.stringify([...files].filter(([path]) => !leftOut.has(path)));
        return { contents: `export async function shippedAssets() { return new Map(${texts}); }`, loader: "ts" };
      });
    },
  };
}
