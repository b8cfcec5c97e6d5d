import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Push } from "./buildah.ts";
import { type OciDescriptor, ociMediaTypes, pushLayout, writeOciLayout } from "./oci-layout.ts";

const cycloneDx = "application/vnd.cyclonedx+json";

/**
 * Puts an SBOM beside an image in a registry, as an artifact whose subject is the image: registries with OCI 1.1 list it
 * as a referrer; in older ones it is found under cosign's name for it, the tag `sha256-….sbom`.
 *
 * @param image repository of the image, without a tag
 * @param subject the image's manifest, of one architecture
 * @returns the tag
 */
export async function attachSbom(image: Push, subject: OciDescriptor, document: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-sbom-"));
  try {
    await writeOciLayout(folder, {
      artifactType: cycloneDx,
      config: { mediaType: ociMediaTypes.empty, content: Buffer.from("{}") },
      layers: [{ mediaType: cycloneDx, content: Buffer.from(document) }],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    });
    const tag = `${subject.digest.replace(":", "-")}.sbom`;
    await pushLayout(folder, { ...image, reference: `${image.reference}:${tag}` });
    return tag;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
