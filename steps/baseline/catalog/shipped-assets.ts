import { resolve } from "node:path";
import { type AssetFiles, readAssetFiles } from "./asset-files.ts";

/** Whether the build has made sure already that no two assets render one object: it need not be asked at each start. */
export const objectsAreChecked: boolean = false;

/**
 * The assets that come with the program. The build replaces this module by one that holds their texts, so that the
 * program needs no folder beside it.
 */
export async function shippedAssets(): Promise<AssetFiles> {
  return await readAssetFiles(resolve(import.meta.dirname, "../../../assets/baseline"));
}
