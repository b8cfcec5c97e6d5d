import type { Catalog, CatalogAsset } from "../catalog/catalog.ts";
import { rendererNames } from "./registry.ts";

function faultOf({ name, path, render }: CatalogAsset): readonly string[] {
  const isFile = /\.yaml(\.liquid)?$/.test(path);
  if (render === undefined)
    return isFile ? [] : [`${name}: ${path} is no file of an asset, and no render names a function`];
  if (isFile) return [`${name}: render names a function, so ${path} must not be a file`];
  return rendererNames.has(render) ? [] : [`${name}: render names ${render}, and there is no such function`];
}

/** What is wrong with how a catalog names the functions of the program that render assets. Pure. */
export function rendererFaults({ assets }: Catalog): readonly string[] {
  return assets.flatMap(faultOf);
}
