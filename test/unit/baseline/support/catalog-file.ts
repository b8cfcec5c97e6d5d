import { readFileSync } from "node:fs";
import type { Catalog } from "../../../../steps/baseline/catalog/catalog.ts";
import { readYamlObject } from "../../../../steps/baseline/template/read-yaml-object.ts";

/** What is committed as the catalog of the baseline; its shape is held to its schema by another test. */
export function catalogFile(): Catalog {
  const file = new URL("../../../../assets/baseline/catalog.yaml", import.meta.url);
  const read = readYamlObject(readFileSync(file, "utf8"));
  if (read.state !== "read") throw new Error(JSON.stringify(read));
  return read.object as unknown as Catalog;
}
