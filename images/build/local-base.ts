import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage, hasImage } from "./buildah.ts";
import { type DebianPackage, debianPackages, unpackPackages } from "./debian-packages.ts";
import { repositoryRoot } from "./find-schemas.ts";

/** Where the base has Node. The program's first line names it, as there is no `env` in the image. */
export const nodeInBase = "/usr/bin/node";

export interface LocalBase {
  /** Tag in buildah's storage. */
  readonly tag: string;
  readonly packages: readonly DebianPackage[];
  readonly nodeVersion: string;
}

const worldReadable = 0o755;
const sticky = 0o1777;

/** The pinned Node of this machine's architecture, from the lock file's optional dependencies. */
async function pinnedNode(): Promise<{ readonly binary: string; readonly version: string }> {
  const manifest = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`);
  const { version }: { readonly version: string } = JSON.parse(await readFile(manifest, "utf8"));
  return { binary: join(dirname(manifest), "bin/node"), version };
}

/** Names for the two ids that the image itself uses; any other id works without. */
const passwd = "root:x:0:0:root:/:/sbin/nologin\nfairlead:x:1001:0:fairlead:/tekton/home:/sbin/nologin\n";
const group = "root:x:0:\n";

async function fillRootfs(rootfs: string, packages: readonly DebianPackage[], node: string): Promise<void> {
  await unpackPackages(packages, rootfs);
  for (const folder of ["usr/bin", "etc", "tmp"])
    await mkdir(join(rootfs, folder), { recursive: true, mode: worldReadable });
  await chmod(join(rootfs, "tmp"), sticky);
  await copyFile(node, join(rootfs, nodeInBase));
  await chmod(join(rootfs, nodeInBase), worldReadable);
  await writeFile(join(rootfs, "etc/passwd"), passwd);
  await writeFile(join(rootfs, "etc/group"), group);
}

/** Everything that decides the base's content. */
async function baseKey(packages: readonly DebianPackage[], nodeVersion: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["local-base.ts", "debian-packages.ts"])
    hash.update(await readFile(join(import.meta.dirname, name)));
  for (const { sha256 } of packages) hash.update(sha256);
  return hash.update(`${process.arch} ${nodeVersion}`).digest("hex").slice(0, 20);
}

/**
 * The base image for machines that reach no registry of base images, made once per content and kept by buildah.
 *
 * @param refresh fetch newer Debian packages
 */
export async function localBase(refresh: boolean): Promise<LocalBase> {
  const packages = await debianPackages(refresh);
  const node = await pinnedNode();
  const tag = `localhost/fairlead-base:${await baseKey(packages, node.version)}`;
  const base = { tag, packages, nodeVersion: node.version };
  if (await hasImage(tag)) return base;
  const context = await mkdtemp(join(tmpdir(), "fairlead-base-"));
  try {
    await fillRootfs(join(context, "rootfs"), packages, node.binary);
    await buildImage({ containerfile: join(repositoryRoot, "images/step/base.Containerfile"), context, tag });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return base;
}
