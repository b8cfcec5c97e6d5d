import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Texts of the assets' folder by path below it: `catalog.yaml`, `active/hco/golden-config.yaml.liquid`. */
export type AssetFiles = ReadonlyMap<string, string>;

/**
 * Reads a folder of assets whole.
 *
 * @throws Error as the file system has it
 */
export async function readAssetFiles(folder: string): Promise<AssetFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths
      .toSorted()
      .map(async (path) => [relative(folder, path).replaceAll(sep, "/"), await readFile(path, "utf8")] as const),
  );
  return new Map(texts);
}
