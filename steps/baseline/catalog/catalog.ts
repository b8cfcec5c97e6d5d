import type { Static } from "typebox";
import type { catalogSchema } from "./catalog.schema.ts";

/** All assets and the features that they make up, as the catalog file has them. */
export type Catalog = Static<typeof catalogSchema>;
export type CatalogAsset = Catalog["assets"][number];
export type CatalogFeature = Catalog["features"][number];

/** The asset that is reconciled before all others, and that they depend on. */
export const goldenConfig = "hco-golden-config";

/** The assets that are made of the HyperConverged once it has its golden config. Pure. */
export function laterAssets<Asset extends { readonly name: string }>(assets: readonly Asset[]): readonly Asset[] {
  return assets.filter(({ name }) => name !== goldenConfig);
}

/** The assets of a feature: those that it names, and those of its groups. Pure. */
export function assetsOf({ assets = [], groups = [] }: CatalogFeature, catalog: Catalog): readonly CatalogAsset[] {
  return catalog.assets.filter(
    ({ name, group }) => assets.includes(name) || (group !== undefined && groups.includes(group)),
  );
}
