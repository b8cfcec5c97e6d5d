import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { errorCode } from "../../lib/errors/error-code.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import type { PresentFiles } from "./compare.ts";

/** The variable that names the folder of the collection where no parameter does. */
export const collectionVariable = "CRDS_DIR";

/** @throws FairleadError BASE-CRD-01 (exit 2) where nothing names the folder */
export function collectionFolder(...candidates: readonly (string | undefined)[]): string {
  const named = candidates.find((candidate) => candidate !== undefined && candidate !== "");
  if (named !== undefined) return named;
  throw baselineError(
    "BASE-CRD-01",
    {
      what: "nothing names the folder of the CRD collection",
      why: `neither the parameter crds nor the variable ${collectionVariable} is set`,
      fix: "give --crds <folder>, outside of the repository",
    },
    baselineExit.invalidInput,
  );
}

function isWithin(folder: string, outer: string): boolean {
  const way = relative(resolve(outer), resolve(folder));
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

/** Files of other projects are no part of this one. @throws FairleadError BASE-CRD-02 (exit 2) */
export function assertOutside(collection: string, checkout: string): void {
  if (!isWithin(collection, checkout)) return;
  throw baselineError(
    "BASE-CRD-02",
    {
      what: `the CRD collection cannot be kept in ${collection}`,
      why: "that is within the repository, and these are files of other projects with licences of their own",
      fix: "give --crds a folder outside of the repository; only crds.lock.json is committed",
    },
    baselineExit.invalidInput,
  );
}

async function categories(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/**
 * The files of a collection, `<category>/<name>.yaml`; none where there is no such folder.
 *
 * @throws Error as the file system has it
 */
export async function readCollectionFolder(folder: string): Promise<PresentFiles> {
  const names = await Promise.all(
    (await categories(folder)).map(async (category) => {
      const files = await readdir(join(folder, category));
      return files.filter((name) => name.endsWith(".yaml")).map((name) => `${category}/${name}`);
    }),
  );
  const sorted = names.flat().toSorted();
  return new Map(await Promise.all(sorted.map(async (file) => [file, await readFile(join(folder, file))] as const)));
}
