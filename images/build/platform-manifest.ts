import type { Architecture } from "./architecture.ts";
import { type OciDescriptor, ociMediaTypes, sha256 } from "./oci-layout.ts";

interface Index {
  readonly manifests?: readonly (OciDescriptor & { readonly platform: { readonly architecture: string } })[];
}

/** The manifest of one architecture: that of an index, or the pushed one itself. */
export function platformManifest(pushed: Buffer, architecture: Architecture): OciDescriptor {
  const index: Index = JSON.parse(pushed.toString());
  const found = index.manifests?.find((one) => one.platform.architecture === architecture);
  return found ?? { mediaType: ociMediaTypes.manifest, digest: sha256(pushed), size: pushed.length };
}
