import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Architecture } from "./architecture.ts";
import { buildImage, hasImage } from "./buildah.ts";
import { type DebianPackage, debianPackages, unpackPackages } from "./debian-packages.ts";
import { openToAll } from "./open-to-all.ts";
import { pinnedNode } from "./pinned-node.ts";
import { repositoryRoot } from "./repository-root.ts";

/** Where the base has Node. The program's first line names it, as there is no `env` in the image. */
export const nodeInBase = "/usr/bin/node";

export interface LocalBase {
  /** Tag in buildah's storage. */
  readonly tag: string;
  readonly packages: readonly DebianPackage[];
  readonly nodeVersion: string;
  readonly nodeSha256: string;
}

const sticky = 0o1777;

/** Names for the two ids that the image itself uses; any other id works without. */
const passwd = "root:x:0:0:root:/:/sbin/nologin\nfairlead:x:1001:0:fairlead:/tekton/home:/sbin/nologin\n";
const group = "root:x:0:\n";

async function fillRootfs(rootfs: string, packages: readonly DebianPackage[], node: string): Promise<void> {
  await unpackPackages(packages, rootfs);
  for (const folder of ["usr/bin", "etc", "tmp"]) await mkdir(join(rootfs, folder), { recursive: true });
  await copyFile(node, join(rootfs, nodeInBase));
  await writeFile(join(rootfs, "etc/passwd"), passwd);
  await writeFile(join(rootfs, "etc/group"), group);
  await openToAll(rootfs);
  await chmod(join(rootfs, "tmp"), sticky);
}

/** Everything that decides the base's content. */
async function baseKey(architecture: Architecture, packages: readonly DebianPackage[], node: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["local-base.ts", "debian-packages.ts", "open-to-all.ts"])
    hash.update(await readFile(join(import.meta.dirname, name)));
  for (const { sha256 } of packages) hash.update(sha256);
  return hash.update(`${architecture} ${node}`).digest("hex").slice(0, 20);
}

async function sha256Of(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/** Makes the base from its parts. Equal parts give an equal image, also of another architecture: nothing runs in it. */
export async function buildLocalBase(
  architecture: Architecture,
  packages: readonly DebianPackage[],
  node: string,
  tag: string,
): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "fairlead-base-"));
  try {
    await fillRootfs(join(context, "rootfs"), packages, node);
    const containerfile = join(repositoryRoot, "images/step/base.Containerfile");
    await buildImage({ containerfile, context, tag, architecture });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/**
 * The base image for machines that reach no registry of base images, made once per content and kept by buildah.
 *
 * @param refresh fetch newer Debian packages
 */
export async function localBase(architecture: Architecture, refresh: boolean): Promise<LocalBase> {
  const packages = await debianPackages(architecture, refresh);
  const node = await pinnedNode(architecture);
  const nodeSha256 = await sha256Of(node.binary);
  const tag = `localhost/fairlead-base:${await baseKey(architecture, packages, nodeSha256)}`;
  if (!(await hasImage(tag))) await buildLocalBase(architecture, packages, node.binary, tag);
  return { tag, packages, nodeVersion: node.version, nodeSha256 };
}
