import { join } from "node:path";
import { errorCode } from "../../lib/errors/error-code.ts";
import { loadValidator } from "../../lib/schema/load-validator.ts";
import { baselineError } from "../baseline-error.ts";
import { type AssetFiles, readAssetFiles } from "../catalog/asset-files.ts";
import { catalogSchema } from "../catalog/catalog.schema.ts";
import { type LoadedAssets, loadAssets } from "../catalog/load-assets.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { assertObjects } from "../scan/assert-objects.ts";
import { places } from "./places.ts";

async function readAssets(folder: string): Promise<AssetFiles> {
  const path = join(folder, places.assets);
  try {
    return await readAssetFiles(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw baselineError(
      "BASE-CHK-01",
      {
        what: `the assets in ${path} cannot be read`,
        why: code === "ENOENT" ? "there is no such folder" : code,
        fix: "give the folder of a checkout of the project with --folder",
      },
      baselineExit.invalidInput,
    );
  }
}

/**
 * The assets of a checkout, which may be others than those of this program.
 *
 * @param folder of the checkout
 * @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03 (exit 2)
 */
export async function loadCheckout(folder: string): Promise<LoadedAssets> {
  const loaded = loadAssets(await readAssets(folder), await loadValidator("baseline-catalog", () => catalogSchema));
  if (loaded.faults.length === 0) {
    assertObjects(loaded);
    return loaded;
  }
  throw baselineError(
    "BASE-CAT-02",
    {
      what: "tombstones are not valid",
      why: loaded.faults.map(({ path, reason }) => `${path}: ${reason}`).join("; "),
      fix: "correct these files: a run would leave them out",
    },
    baselineExit.invalidInput,
  );
}
