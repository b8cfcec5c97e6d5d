import { loadValidator } from "../../lib/schema/load-validator.ts";
import { assertObjects } from "../scan/assert-objects.ts";
import { catalogSchema } from "./catalog.schema.ts";
import { type LoadedAssets, loadAssets } from "./load-assets.ts";
import { objectsAreChecked, shippedAssets } from "./shipped-assets.ts";

/**
 * The catalog that comes with the program, and what belongs to it.
 *
 * @throws FairleadError BASE-CAT-01, BASE-CAT-03 (exit 2)
 */
export async function loadShippedAssets(): Promise<LoadedAssets> {
  const loaded = loadAssets(await shippedAssets(), await loadValidator("baseline-catalog", () => catalogSchema));
  if (!objectsAreChecked) assertObjects(loaded);
  return loaded;
}
