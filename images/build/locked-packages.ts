import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "./repository-root.ts";

/** An npm package as the lock file pins it. */
export interface LockedPackage {
  /** Place in the lock file: `node_modules/undici`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** SHA-512 of the package's archive, in hex. */
  readonly sha512: string;
  /** Names of what it depends on. */
  readonly dependencies: readonly string[];
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Places of packages → what the lock file says of them. */
export type LockFile = Readonly<Record<string, LockEntry>>;

const nodeModules = "node_modules/";

export async function readLockFile(): Promise<LockFile> {
  const lock: { readonly packages: LockFile } = JSON.parse(
    await readFile(join(repositoryRoot, "package-lock.json"), "utf8"),
  );
  return lock.packages;
}

/**
 * What the lock file pins at a place.
 *
 * @example lockedPackage(lock, "node_modules/undici").version // "8.13.1"
 * @throws Error when version, licence or integrity is not recorded there
 */
export function lockedPackage(lock: LockFile, path: string): LockedPackage {
  const { version, license, integrity = "", ...entry } = lock[path] ?? {};
  const [algorithm, hash = ""] = integrity.split("-");
  if (version === undefined || license === undefined || algorithm !== "sha512")
    throw new Error(`package-lock.json does not pin ${path} with version, licence and SHA-512; run npm install`);
  return {
    path,
    name: path.slice(path.lastIndexOf(nodeModules) + nodeModules.length),
    version,
    licence: license,
    sha512: Buffer.from(hash, "base64").toString("hex"),
    dependencies: Object.keys({
      ...entry.dependencies,
      ...entry.optionalDependencies,
      ...entry.peerDependencies,
    }).sort(),
  };
}

/** Folders that may hold the packages of `from`, the nearest first, as Node looks for them. */
function searchedFolders(from: string): readonly string[] {
  const steps = from.split(`/${nodeModules}`);
  return steps.map((_step, index) => steps.slice(0, steps.length - index).join(`/${nodeModules}`)).concat("");
}

/** Where `from` finds a package of this name, among the given places. */
export function nearestPackage(places: ReadonlySet<string>, from: string, name: string): string | undefined {
  return searchedFolders(from)
    .map((folder) => (folder === "" ? `${nodeModules}${name}` : `${folder}/${nodeModules}${name}`))
    .find((place) => places.has(place));
}
