import { posix } from "node:path";

/** What of a commit is wanted, by paths below its root. */
export interface WantedPaths {
  /** With all that is below them. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

function isBelow(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`);
}

/** Whether a file is wanted. Pure. */
export function isWantedFile(path: string, { folders, files }: WantedPaths): boolean {
  return files.includes(path) || folders.some((folder) => isBelow(path, folder));
}

/** Whether something wanted can be in this folder. Pure. */
export function mayHoldWanted(folder: string, { folders, files }: WantedPaths): boolean {
  return [...folders, ...files].some((path) => isBelow(path, folder)) || folders.some((path) => isBelow(folder, path));
}

/** Names that a tree has no right to hold: they lead out of it, or mean two folders. */
function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && name !== ".git" && !/[/\\\0]/.test(name);
}

/**
 * A path as it is below a root: `./a//b` is `a/b`, the root itself `.`. Pure.
 *
 * @returns undefined for one that leads out of the root
 */
export function pathBelow(text: string): string | undefined {
  const path = posix.normalize(text).replace(/\/$/, "");
  if (path === "" || path === ".") return ".";
  const isPlain = path.split("/").every(isPlainName);
  return isPlain ? path : undefined;
}

/** The path of an entry of a tree. @throws Error for a name that leads out of the tree */
export function entryPath(folder: string, name: string): string {
  if (!isPlainName(name)) throw new Error(`the commit has a file with the name ${JSON.stringify(name.slice(0, 100))}`);
  return folder === "." ? name : `${folder}/${name}`;
}
