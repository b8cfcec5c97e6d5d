import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Push } from "./buildah.ts";
import { runTool } from "./run-tool.ts";

export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface OciBlob {
  readonly mediaType: string;
  readonly content: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What an OCI manifest holds. */
export interface OciContent {
  /** What it is, where it is no image. */
  readonly artifactType?: string;
  readonly config: OciBlob;
  readonly layers: readonly OciBlob[];
  /** The image that it belongs to. */
  readonly subject?: OciDescriptor;
}

export const ociMediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  empty: "application/vnd.oci.empty.v1+json",
} as const;

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A digest as OCI writes it. */
export function sha256(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function descriptorOf({ mediaType, content, annotations }: OciBlob): OciDescriptor {
  return {
    mediaType,
    digest: sha256(content),
    size: content.length,
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** The manifest of a content. Equal content gives equal bytes. */
function manifestOf(content: OciContent): OciBlob {
  const manifest = {
    schemaVersion: 2,
    mediaType: ociMediaTypes.manifest,
    artifactType: content.artifactType,
    config: descriptorOf(content.config),
    layers: content.layers.map(descriptorOf),
    subject: content.subject,
  };
  return { mediaType: ociMediaTypes.manifest, content: json(manifest) };
}

/**
 * Writes an OCI layout directory, which needs no registry: tools copy it to one as it is (`skopeo copy oci:<folder> …`).
 *
 * @returns the manifest, whose digest a registry will know it by
 */
export async function writeOciLayout(folder: string, content: OciContent): Promise<OciDescriptor> {
  await rm(folder, { recursive: true, force: true });
  const blobs = join(folder, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const manifest = manifestOf(content);
  for (const blob of [content.config, ...content.layers, manifest])
    await writeFile(join(blobs, descriptorOf(blob).digest.slice("sha256:".length)), blob.content);
  const index = { schemaVersion: 2, mediaType: ociMediaTypes.index, manifests: [descriptorOf(manifest)] };
  await writeFile(join(folder, "index.json"), json(index));
  await writeFile(join(folder, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  return descriptorOf(manifest);
}

/** Copies a layout to a registry, byte by byte: it keeps its digest. Credentials are those of `docker login`. */
export async function pushLayout(folder: string, { reference, plainHttp }: Push): Promise<void> {
  await runTool("skopeo", [
    // The policy of the machine is about where images may come from; this one was written a moment ago.
    ...["--insecure-policy", "copy", "--quiet", "--preserve-digests"],
    ...(plainHttp ? ["--dest-tls-verify=false"] : []),
    ...[`oci:${folder}`, `docker://${reference}`],
  ]);
}

/** The manifest that a registry holds under a reference, as it was pushed. */
export async function readManifest({ reference, plainHttp }: Push): Promise<Buffer> {
  const flags = plainHttp ? ["--tls-verify=false"] : [];
  return Buffer.from(await runTool("skopeo", ["inspect", "--raw", ...flags, `docker://${reference}`]));
}

/** Digest of what a registry holds under a reference. */
export async function manifestDigest(reference: Push): Promise<string> {
  return sha256(await readManifest(reference));
}
