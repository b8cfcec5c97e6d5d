import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "./repository-root.ts";

/** Version of the program, its image and its bundles. */
export async function projectVersion(): Promise<string> {
  const manifest: { readonly version: string } = JSON.parse(
    await readFile(join(repositoryRoot, "package.json"), "utf8"),
  );
  return manifest.version;
}
