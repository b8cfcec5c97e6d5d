import { baselineError } from "../baseline-error.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { readOf } from "../lookups/lookup.ts";
import type { AssetIdentity } from "../rbac/asset-identity.ts";
import type { RoleInput } from "../rbac/cluster-role.ts";
import { collectIdentities } from "../rbac/collect-identities.ts";
import { renderLoadedAsset } from "../template/render-loaded-asset.ts";
import { templateEngine } from "../template/template-engine.ts";
import { assertIdentities } from "./assert-objects.ts";
import { contextsFor, sampleContexts } from "./sample-contexts.ts";

interface ScannedAsset {
  readonly asset: string;
  readonly identities: readonly AssetIdentity[];
}

function scanEach(loaded: LoadedAssets): readonly ScannedAsset[] {
  const { assets, files } = loaded;
  const renderer = { engine: templateEngine(), files };
  const contexts = sampleContexts(assets);
  const found = assets.map((asset) => ({
    asset: asset.name,
    of: collectIdentities([asset], contextsFor(asset, contexts), (one, context) =>
      renderLoadedAsset(one, context, renderer),
    ),
  }));
  const faults = found.flatMap(({ of }) => (of.state === "incomplete" ? of.faults : []));
  if (faults.length > 0) {
    throw baselineError("BASE-SCAN-01", {
      what: "it cannot be told which objects the assets become",
      why: faults.join("; "),
      fix: "correct these assets, or add what they read of the HyperConverged to steps/baseline/scan/sample-contexts.ts",
    });
  }
  return found.flatMap(({ asset, of }) => (of.state === "collected" ? [{ asset, identities: of.identities }] : []));
}

/**
 * Which permissions the assets need: what each becomes in made-up clusters of every kind, the tombstones, and what
 * look-ups read. Needs no cluster. Pure.
 *
 * @throws FairleadError BASE-SCAN-01 (exit 1) for assets that render nowhere, BASE-CAT-03 (exit 2) for objects that
 * contend
 */
export function scanAssets(loaded: LoadedAssets): RoleInput {
  const scanned = scanEach(loaded);
  assertIdentities(scanned, loaded);
  return {
    active: scanned.flatMap(({ identities }) => identities),
    tombstones: loaded.tombstones.map(({ identity }) => identity),
    plurals: {},
    lookups: loaded.assets.flatMap(({ entry }) => entry.lookups ?? []).map(readOf),
  };
}
