import { checkBundle, type TektonObject } from "./area-manifests.ts";
import { type OciBlob, type OciDescriptor, ociMediaTypes, sha256, writeOciLayout } from "./oci-layout.ts";
import { tarOfOneFile } from "./tar-of-one-file.ts";

/** One object is one layer, found by these three annotations. */
function layerOf({ apiVersion, kind, name, text }: TektonObject): OciBlob {
  return {
    mediaType: ociMediaTypes.layer,
    content: tarOfOneFile(name, Buffer.from(text)),
    annotations: {
      "dev.tekton.image.apiVersion": apiVersion.split("/").at(-1) ?? apiVersion,
      "dev.tekton.image.kind": kind.toLowerCase(),
      "dev.tekton.image.name": name,
    },
  };
}

function configOf(layers: readonly OciBlob[]): OciBlob {
  const digests = layers.map(({ content }) => sha256(content));
  const config = {
    created: "1970-01-01T00:00:00Z",
    // It runs nowhere.
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: digests },
  };
  return { mediaType: ociMediaTypes.config, content: Buffer.from(JSON.stringify(config)) };
}

/**
 * Writes a Tekton bundle as an OCI layout directory. Its digest is known before any registry is.
 *
 * @throws Error where Tekton could not use the bundle
 */
export async function writeBundleLayout(
  folder: string,
  name: string,
  objects: readonly TektonObject[],
): Promise<OciDescriptor> {
  checkBundle(name, objects);
  const layers = objects.map(layerOf);
  return await writeOciLayout(folder, { config: configOf(layers), layers });
}
