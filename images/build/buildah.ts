import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Architecture } from "./architecture.ts";
import { cacheFolder } from "./cache-folder.ts";
import { runTool } from "./run-tool.ts";

/** Storage of its own, so that neither the user's images nor their clean-ups meet ours. */
async function storageOptions(): Promise<readonly string[]> {
  const root = join(cacheFolder(), "buildah");
  await mkdir(root, { recursive: true });
  // vfs and chroot need neither overlay mounts nor namespaces, so that it works inside a container too.
  return ["--root", join(root, "storage"), "--runroot", join(root, "run"), "--storage-driver", "vfs"];
}

async function buildah(command: string, args: readonly string[]): Promise<string> {
  return runTool("buildah", [...(await storageOptions()), command, ...args], {
    environment: { BUILDAH_ISOLATION: "chroot" },
  });
}

export interface ImageBuild {
  readonly containerfile: string;
  readonly context: string;
  readonly tag: string;
  readonly architecture: Architecture;
  readonly arguments?: Readonly<Record<string, string>>;
}

/** Builds an image; equal inputs give an equal digest, since every time in it is the epoch. */
export async function buildImage(build: ImageBuild): Promise<void> {
  const { containerfile, context, tag, architecture, arguments: values = {} } = build;
  const buildArguments = Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  await buildah("build", [
    ...["--isolation", "chroot", "--format", "oci", "--platform", `linux/${architecture}`],
    ...["--timestamp", "0", "--layers=false", "--identity-label=false", "--quiet"],
    ...buildArguments,
    ...["--file", containerfile, "--tag", tag, context],
  ]);
}

/** Whether an image of this tag is in our storage. */
export async function hasImage(tag: string): Promise<boolean> {
  const names = await buildah("images", ["--format", "{{.Name}}:{{.Tag}}"]);
  return names.split("\n").includes(tag);
}

export interface Push {
  /** `registry.example.com/fairlead/step:0.1.0` */
  readonly reference: string;
  /** A registry without TLS. */
  readonly plainHttp: boolean;
}

/** Pushes what one command of buildah pushes; the registry keeps it under the digest that is returned. */
async function pushWith(command: readonly [string, ...string[]], tag: string, push: Push): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-push-"));
  try {
    const digestFile = join(folder, "digest");
    const [name, ...flags] = command;
    const tls = push.plainHttp ? ["--tls-verify=false"] : [];
    const target = `docker://${push.reference}`;
    await buildah(name, [...flags, "--quiet", ...tls, "--digestfile", digestFile, tag, target]);
    return (await readFile(digestFile, "utf8")).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pushes an image. @returns its digest */
export function pushImage(tag: string, push: Push): Promise<string> {
  return pushWith(["push"], tag, push);
}

/** Pushes images of several architectures under one name. @returns the digest of their index */
export async function pushIndex(tags: readonly string[], list: string, push: Push): Promise<string> {
  await buildah("manifest", ["create", list]);
  try {
    for (const tag of tags) await buildah("manifest", ["add", list, tag]);
    return await pushWith(["manifest", "push", "--all", "--format", "oci"], list, push);
  } finally {
    await buildah("manifest", ["rm", list]);
  }
}

/** Writes an image as an OCI layout directory, to look at it without a registry. */
export async function saveImage(tag: string, directory: string): Promise<void> {
  await buildah("push", ["--quiet", tag, `oci:${directory}:${tag.split("/").at(-1) ?? "image"}`]);
}

/** Removes a tag and the layers that only it used. */
export async function removeImage(tag: string): Promise<void> {
  await buildah("rmi", ["--force", tag]);
}
