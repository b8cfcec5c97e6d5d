import { baselineError } from "../baseline-error.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { type AssetIdentities, validateObjects } from "../catalog/validate-objects.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { identityOf } from "../object/managed-object.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import { templateEngine } from "../template/template-engine.ts";
import { everythingContext } from "./sample-contexts.ts";

/**
 * Refuses assets of which two render one object, or one renders what a tombstone buries. Pure.
 *
 * @throws FairleadError BASE-CAT-03 (exit 2)
 */
export function assertIdentities(rendered: readonly AssetIdentities[], { tombstones }: LoadedAssets): void {
  const buried = tombstones.map(({ identity }) => identity);
  const faults = validateObjects(rendered, { tombstones: buried, clusterScoped: new Set() });
  if (faults.length === 0) return;
  throw baselineError(
    "BASE-CAT-03",
    {
      what: "objects of the assets contend",
      why: faults.join("; "),
      fix: "give each object to one asset, and bury none that an asset renders",
    },
    baselineExit.invalidInput,
  );
}

/**
 * The same for what the assets render in a made-up cluster that has everything: enough to know before any cluster is
 * asked, since hardly any asset has another name elsewhere. Pure.
 *
 * @throws FairleadError BASE-CAT-03 (exit 2)
 */
export function assertObjects(loaded: LoadedAssets): void {
  const renderer = { engine: templateEngine(), files: loaded.files };
  const context = everythingContext(loaded.assets);
  const rendered = loaded.assets.flatMap((asset) => {
    const one = renderLoadedAsset(asset, context, renderer);
    return one.state === "rendered" ? [{ asset: asset.name, identities: [identityOf(one.object)] }] : [];
  });
  assertIdentities(rendered, loaded);
}
