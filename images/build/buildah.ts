import { mkdir } from "node:fs/promises";
import { join } from "node:path";
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
  readonly arguments?: Readonly<Record<string, string>>;
}

/** Builds an image; equal inputs give an equal digest, since every time in it is the epoch. */
export async function buildImage({ containerfile, context, tag, arguments: values = {} }: ImageBuild): Promise<void> {
  const buildArguments = Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  await buildah("build", [
    ...[
      "--isolation",
      "chroot",
      "--format",
      "oci",
      "--timestamp",
      "0",
      "--layers=false",
      "--quiet",
      "--identity-label=false",
    ],
    ...buildArguments,
    ...["--file", containerfile, "--tag", tag, context],
  ]);
}

/** Whether an image of this tag is in our storage. */
export async function hasImage(tag: string): Promise<boolean> {
  const names = await buildah("images", ["--format", "{{.Name}}:{{.Tag}}"]);
  return names.split("\n").includes(tag);
}

/** Pushes an image; the registry keeps it under the digest that is returned. */
export async function pushImage(tag: string, reference: string, plainHttp: boolean, digestFile: string): Promise<void> {
  await buildah("push", [
    "--quiet",
    ...(plainHttp ? ["--tls-verify=false"] : []),
    "--digestfile",
    digestFile,
    tag,
    `docker://${reference}`,
  ]);
}

/** Writes an image as an OCI layout directory, to look at it without a registry. */
export async function saveImage(tag: string, directory: string): Promise<void> {
  await buildah("push", ["--quiet", tag, `oci:${directory}:${tag.split("/").at(-1) ?? "image"}`]);
}

/** Removes a tag and the layers that only it used. */
export async function removeImage(tag: string): Promise<void> {
  await buildah("rmi", ["--force", tag]);
}
