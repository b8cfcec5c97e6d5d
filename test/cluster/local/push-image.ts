import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An image of a few files and nothing else. */
export interface PlatformImage {
  readonly name: string;
  readonly tag: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Absolute path in the image → file or folder of this machine. One record is one layer. */
  readonly layers: readonly Readonly<Record<string, string>>[];
}

const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

interface Blob {
  readonly digest: string;
  readonly size: number;
  readonly content: Buffer;
}

function blob(content: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(content).digest("hex")}`, size: content.length, content };
}

/** A tar of the files, the same for the same files: order, owner and time are fixed. */
async function layerOf(files: PlatformImage["layers"][number]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-image-"));
  try {
    for (const [target, source] of Object.entries(files)) {
      const path = join(folder, "root", target);
      await mkdir(dirname(path), { recursive: true });
      await cp(source, path, { recursive: true, dereference: false, verbatimSymlinks: true });
    }
    const tar = join(folder, "layer.tar");
    const fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--mode=a+rX,go-w"];
    await run("tar", [...fixed, "-cf", tar, "-C", join(folder, "root"), "."]);
    return await readFile(tar);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function expectOk(answer: Response, what: string): Promise<Response> {
  if (answer.ok) return answer;
  throw new Error(`the registry answered ${answer.status} to ${what}: ${(await answer.text()).slice(0, 300)}`);
}

async function pushBlob(repository: string, { digest, content }: Blob): Promise<void> {
  const known = await fetch(`${repository}/blobs/${digest}`, { method: "HEAD" });
  if (known.ok) return;
  const begun = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
  const target = new URL((await expectOk(begun, "the start of an upload")).headers.get("location") ?? "", repository);
  target.searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream" };
  await expectOk(await fetch(target, { method: "PUT", headers, body: new Uint8Array(content) }), `blob ${digest}`);
}

/**
 * Builds the image in memory and pushes it to a registry by the distribution API, no container tool needed. The same
 * files give the same digest.
 *
 * @param registry `http://198.18.0.2:5000`
 * @returns the manifest's digest
 */
export async function pushImage(registry: string, image: PlatformImage): Promise<string> {
  const repository = `${registry}/v2/${image.name}`;
  const layers = (await Promise.all(image.layers.map(layerOf))).map(blob);
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const rootfs = { type: "layers", diff_ids: layers.map((layer) => layer.digest) };
  const config = blob(Buffer.from(JSON.stringify({ architecture, os: "linux", config: image.config, rootfs })));
  for (const one of [...layers, config]) await pushBlob(repository, one);
  const manifest = blob(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, digest: config.digest, size: config.size },
        layers: layers.map(({ digest, size }) => ({ mediaType: mediaTypes.layer, digest, size })),
      }),
    ),
  );
  const headers = { "content-type": mediaTypes.manifest };
  const put = { method: "PUT", headers, body: new Uint8Array(manifest.content) };
  await expectOk(await fetch(`${repository}/manifests/${image.tag}`, put), `manifest ${image.name}`);
  return manifest.digest;
}
