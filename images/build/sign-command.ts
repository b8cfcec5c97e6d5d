import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Architecture } from "./architecture.ts";
import { readManifest } from "./oci-layout.ts";
import { platformManifest } from "./platform-manifest.ts";
import { releasedImage, sbomFolder } from "./release-files.ts";
import { requireRegistry, runCommand, UsageError } from "./run-command.ts";
import { runTool } from "./run-tool.ts";

interface Sbom {
  readonly architecture: Architecture;
  readonly file: string;
}

/** What `make image` wrote of the image. */
async function imageSboms(): Promise<readonly Sbom[]> {
  const names = await readdir(sbomFolder).catch((): readonly string[] => []);
  const found = (["amd64", "arm64"] as const)
    .map((architecture) => ({ architecture, name: `step-${architecture}.cdx.json` }))
    .filter(({ name }) => names.includes(name));
  if (found.length === 0) throw new UsageError("the image has no bill of materials in dist/sbom; run make image first");
  return found.map(({ architecture, name }) => ({ architecture, file: join(sbomFolder, name) }));
}

// `make sign`: by digest, so that no later push under the same tag is taken for what was signed.
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      registry: { type: "string" },
      "cluster-registry": { type: "string" },
      image: { type: "string" },
      key: { type: "string" },
      "plain-http": { type: "boolean", default: false },
    },
  });
  const repository = `${requireRegistry(values.registry)}/step`;
  const reference = `${repository}@${(await releasedImage(values.image)).split("@")[1]}`;
  const plainHttp = values["plain-http"];
  const flags = [
    "--yes",
    // A key of one's own needs no public log, which would tell everyone the names of a private registry.
    ...(values.key === undefined ? [] : ["--key", values.key, "--tlog-upload=false"]),
    ...(plainHttp ? ["--allow-http-registry"] : []),
  ];
  // Of an index also each of its images: a node pulls one of them.
  await runTool("cosign", ["sign", ...flags, "--recursive", reference]);
  process.stdout.write(`signed    ${reference}\n`);
  const pushed = await readManifest({ reference, plainHttp });
  for (const { architecture, file } of await imageSboms()) {
    const one = `${repository}@${platformManifest(pushed, architecture).digest}`;
    await runTool("cosign", ["attest", ...flags, "--type", "cyclonedx", "--predicate", file, one]);
    process.stdout.write(`attested  ${one} ${file}\n`);
  }
});
