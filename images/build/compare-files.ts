import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../steps/lib/errors/error-code.ts";

export type Difference =
  | { readonly kind: "missing"; readonly path: string; readonly wanted: string }
  | { readonly kind: "changed"; readonly path: string; readonly found: string; readonly wanted: string }
  /** Left over from a step that is gone or renamed. */
  | { readonly kind: "stale"; readonly path: string };

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Where the generated files on disk differ from what the declarations say. `tasks/` and `rbac/` hold nothing else. */
export async function compareFiles(
  root: string,
  wantedFiles: ReadonlyMap<string, string>,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [path, wanted] of wantedFiles) {
    const found = await read(join(root, path));
    if (found === undefined) differences.push({ kind: "missing", path, wanted });
    else if (found !== wanted) differences.push({ kind: "changed", path, found, wanted });
  }
  for await (const path of glob("{tasks,rbac}/**/*.{yaml,md}", { cwd: root })) {
    if (!wantedFiles.has(path)) differences.push({ kind: "stale", path });
  }
  return differences;
}
