import { rendererFaults } from "../assets/renderer-faults.ts";
import { assetsOf, type Catalog, type CatalogAsset, goldenConfig } from "./catalog.ts";

function repeated(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function namesTwice({ assets, features }: Catalog): readonly string[] {
  return [
    ...repeated(assets.map(({ name }) => name)).map((name) => `two assets are named ${name}`),
    ...repeated(features.map(({ name }) => name)).map((name) => `two features are named ${name}`),
  ];
}

/** A name that is a group too would select more than it says. */
function ambiguousNames({ assets }: Catalog): readonly string[] {
  const groups = new Set(assets.flatMap(({ group }) => group ?? []));
  return assets
    .filter(({ name, group }) => groups.has(name) && group !== name)
    .map(({ name }) => `${name} is the name of an asset and of a group that it is not in`);
}

function orders({ assets }: Catalog): readonly string[] {
  const first = assets.filter(({ reconcile_order }) => reconcile_order === 0).map(({ name }) => name);
  if (first.length === 1 && first[0] === goldenConfig) return [];
  return [`${goldenConfig} alone has reconcile_order 0, and here it is ${first.join(", ") || "none"}`];
}

function withoutOptIn({ assets }: Catalog): readonly string[] {
  return assets
    .filter(({ install, conditions = [] }) => install === "opt-in" && conditions.length === 0)
    .map(({ name }) => `${name} is opt-in and has no condition to opt in by`);
}

function unknownIn(names: readonly string[], known: ReadonlySet<string>, where: string): readonly string[] {
  return names.filter((name) => !known.has(name)).map((name) => `${where} names ${name}, which does not exist`);
}

function features(catalog: Catalog): readonly string[] {
  const names = new Set(catalog.assets.map(({ name }) => name));
  const groups = new Set(catalog.assets.flatMap(({ group }) => group ?? []));
  const covered = new Set<string>(catalog.excluded_assets);
  const faults = catalog.features.flatMap((feature) => {
    const found = assetsOf(feature, catalog);
    for (const { name } of found) covered.add(name);
    const where = `feature ${feature.name}`;
    return [
      ...unknownIn(feature.assets ?? [], names, where),
      ...unknownIn(feature.groups ?? [], groups, where),
      ...(found.length === 0 ? [`${where} has no asset`] : []),
    ];
  });
  const alone = catalog.assets.filter(({ name }) => !covered.has(name));
  return [
    ...faults,
    ...unknownIn(catalog.excluded_assets, names, "excluded_assets"),
    ...alone.map(({ name }) => `${name} is in no feature and not in excluded_assets`),
  ];
}

function missingFiles({ assets }: Catalog, files: ReadonlySet<string>): readonly string[] {
  const missing = ({ path, render }: CatalogAsset): boolean =>
    render === undefined && (!files.has(path) || path.split("/").includes(".."));
  return assets.filter(missing).map(({ name, path }) => `${name}: there is no file ${path}`);
}

/**
 * What is wrong with a catalog of the right shape, before any cluster is asked: nothing, or every fault. Pure.
 *
 * @param files paths below the folder of the assets
 */
export function validateCatalog(catalog: Catalog, files: ReadonlySet<string>): readonly string[] {
  return [
    ...namesTwice(catalog),
    ...ambiguousNames(catalog),
    ...orders(catalog),
    ...withoutOptIn(catalog),
    ...features(catalog),
    ...rendererFaults(catalog),
    ...missingFiles(catalog, files),
  ];
}
