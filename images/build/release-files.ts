import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "./repository-root.ts";
import { UsageError } from "./run-command.ts";

/** Where `make image` leaves the reference of what it pushed, for `make bundle`. */
export const imageReferenceFile = join(repositoryRoot, "dist/release/image");

/** Bills of materials: of the program, and of the image for each architecture. */
export const sbomFolder = join(repositoryRoot, "dist/sbom");

/** OCI layouts of the bundles, one folder each. */
export const bundlesFolder = join(repositoryRoot, "dist/bundles");

/** Rendered manifests, one folder per area. */
export const manifestsFolder = join(repositoryRoot, "dist/manifests");

/** The image of `--image`, or what `make image` pushed last. */
export async function releasedImage(given: string | undefined): Promise<string> {
  const image = given ?? (await readFile(imageReferenceFile, "utf8").catch(() => ""));
  if (/@sha256:[0-9a-f]{64}$/.test(image.trim())) return image.trim();
  throw new UsageError(
    given === undefined
      ? "no image was pushed from this checkout; run make image REGISTRY=… first, or give IMAGE=name:tag@sha256:…"
      : `IMAGE "${given}" has no digest; give name:tag@sha256:…, as make image prints it`,
  );
}
