import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ownArchitecture, parsePlatforms } from "./architecture.ts";
import { attachSbom } from "./attach-sbom.ts";
import type { Push } from "./buildah.ts";
import { publishImage, type StepImage } from "./image.ts";
import { readManifest, sha256 } from "./oci-layout.ts";
import { platformManifest } from "./platform-manifest.ts";
import { imageReferenceFile, sbomFolder } from "./release-files.ts";
import { requireRegistry, runCommand } from "./run-command.ts";
import { ToolError } from "./run-tool.ts";
import { writeSbom } from "./sbom.ts";

/** Without skopeo the image is whole all the same, and its SBOM is a file. */
async function attachSboms(image: StepImage, plainHttp: boolean): Promise<void> {
  const at: Push = { reference: `${image.repository}@${image.digest}`, plainHttp };
  try {
    const pushed = await readManifest(at);
    if (sha256(pushed) !== image.digest)
      throw new ToolError(`the registry does not hold ${at.reference} as it was pushed`);
    for (const [architecture, sbom] of image.sboms) {
      const subject = platformManifest(pushed, architecture);
      const tag = await attachSbom({ reference: image.repository, plainHttp }, subject, sbom);
      process.stderr.write(`attached  ${image.repository}:${tag}\n`);
    }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    process.stderr.write(`SBOM not attached to the image in the registry: ${error.message}\n`);
  }
}

// `make image`: builds, writes the SBOMs into dist/sbom, pushes, attaches, and prints the reference for `make bundle`.
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      registry: { type: "string" },
      "cluster-registry": { type: "string" },
      base: { type: "string" },
      node: { type: "string" },
      platform: { type: "string", default: `linux/${ownArchitecture()}` },
      "plain-http": { type: "boolean", default: false },
    },
  });
  const plainHttp = values["plain-http"];
  const registry = requireRegistry(values.registry);
  const image = await publishImage({
    registry,
    plainHttp,
    architectures: parsePlatforms(values.platform),
    ...(values.base === undefined ? {} : { base: values.base }),
    ...(values.node === undefined ? {} : { node: values.node }),
  });
  // One of an architecture that is no longer built would be taken for this image's.
  for (const architecture of ["amd64", "arm64"])
    await rm(join(sbomFolder, `step-${architecture}.cdx.json`), { force: true });
  for (const [architecture, sbom] of image.sboms)
    await writeSbom(join(sbomFolder, `step-${architecture}.cdx.json`), sbom);
  await attachSboms(image, plainHttp);
  const repository = `${values["cluster-registry"] ?? registry}/step`;
  const reference = `${repository}:${image.version}@${image.digest}\n`;
  await mkdir(dirname(imageReferenceFile), { recursive: true });
  await writeFile(imageReferenceFile, reference);
  process.stdout.write(reference);
});
