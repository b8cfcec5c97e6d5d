import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { PackageURL } from "packageurl-js";
import type { DebianPackage } from "./debian-packages.ts";
import type { LocalBase } from "./local-base.ts";
import { type LockedPackage, type LockFile, lockedPackage, nearestPackage, readLockFile } from "./locked-packages.ts";
import { projectVersion } from "./project-version.ts";
import { type SbomPart, sbomDocument } from "./sbom-document.ts";

/** Its name in the image, where scanners of images find it by its ending. */
export const programSbomName = "fairlead.cdx.json";

function npmPurl({ name, version }: Pick<LockedPackage, "name" | "version">): string {
  const [scope, rest] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return new PackageURL("npm", scope, rest ?? name, version, undefined, undefined).toString();
}

/** The npm packages in the program; those that lie in several places in one version are one part. */
function npmParts(lock: LockFile, paths: readonly string[]): readonly SbomPart[] {
  const places = new Set(paths);
  const parts = new Map<string, SbomPart>();
  for (const path of paths) {
    const locked = lockedPackage(lock, path);
    const purl = npmPurl(locked);
    const needed = locked.dependencies
      .map((name) => nearestPackage(places, path, name))
      .filter((place) => place !== undefined)
      .map((place) => npmPurl(lockedPackage(lock, place)));
    const dependsOn = [...new Set([...(parts.get(purl)?.dependsOn ?? []), ...needed])].sort();
    const { name, version, licence, sha512 } = locked;
    parts.set(purl, { kind: "library", name, version, licence, purl, hashes: [["SHA-512", sha512]], dependsOn });
  }
  return [...parts.values()];
}

/** The program as a part, and the packages bundled into it. */
export interface ProgramParts {
  readonly program: SbomPart;
  readonly packages: readonly SbomPart[];
}

/**
 * What the program ships, from the places that the bundler found code in and from the lock file.
 *
 * @param paths as `bundleProgram` gives them
 */
export async function programParts(paths: readonly string[]): Promise<ProgramParts> {
  const packages = npmParts(await readLockFile(), paths);
  const version = await projectVersion();
  const purl = new PackageURL("generic", undefined, "fairlead", version, undefined, undefined).toString();
  const dependsOn = packages.map((part) => part.purl);
  return {
    program: { kind: "application", name: "fairlead", version, licence: "Apache-2.0", purl, hashes: [], dependsOn },
    packages,
  };
}

/** The program's own document. */
export function programSbom({ program, packages }: ProgramParts): string {
  return sbomDocument(program, packages);
}

function debianPart({ name, version, architecture, sha256, licence }: DebianPackage): SbomPart {
  const purl = new PackageURL("deb", "debian", name, version, { arch: architecture }, undefined).toString();
  return { kind: "library", name, version, licence, purl, hashes: [["SHA-256", sha256]], dependsOn: [] };
}

function nodePart({ nodeVersion: version, nodeSha256 }: LocalBase): SbomPart {
  const purl = new PackageURL("generic", undefined, "node", version, undefined, undefined).toString();
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  const hashes: SbomPart["hashes"] = [["SHA-256", nodeSha256]];
  return { kind: "platform", name: "node", version, licence: "MIT", purl, cpe, hashes, dependsOn: [] };
}

/** A base that was made elsewhere has its own document; here it is one part, by its digest. */
function foreignBasePart(reference: string): SbomPart {
  const [name = reference, digest] = reference.split("@");
  const version = digest ?? name.split(":").at(-1) ?? "";
  const repository = name.replace(/:[^:/]*$/, "");
  const qualifiers = { repository_url: repository };
  const last = repository.split("/").at(-1) ?? repository;
  const purl = new PackageURL("oci", undefined, last, version, qualifiers, undefined).toString();
  const hashes: SbomPart["hashes"] = digest?.startsWith("sha256:") ? [["SHA-256", digest.slice(7)]] : [];
  return { kind: "container", name: repository, version, purl, hashes, dependsOn: [] };
}

/**
 * The step image's document: the program with its packages, and the base.
 *
 * @param base of this project's making, or the reference of another
 */
export function imageSbom(parts: ProgramParts, architecture: string, base: LocalBase | string): string {
  const baseParts =
    typeof base === "string" ? [foreignBasePart(base)] : [nodePart(base), ...base.packages.map(debianPart)];
  const { version, licence } = { licence: "Apache-2.0", ...parts.program };
  const purl = new PackageURL("oci", undefined, "step", version, { arch: architecture }, undefined).toString();
  const dependsOn = [parts.program, ...baseParts].map((part) => part.purl);
  const image: SbomPart = { kind: "container", name: "fairlead-step", version, licence, purl, hashes: [], dependsOn };
  return sbomDocument(image, [parts.program, ...parts.packages, ...baseParts]);
}

/** Writes a document and says where. */
export async function writeSbom(file: string, document: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, document);
  process.stderr.write(`SBOM      ${file}\n`);
}
