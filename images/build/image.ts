import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildImage, pushImage } from "./buildah.ts";
import { bundleProgram } from "./bundle-program.ts";
import { repositoryRoot } from "./find-schemas.ts";
import { localBase, nodeInBase } from "./local-base.ts";

export interface StepImage {
  /** `registry/fairlead/step` */
  readonly repository: string;
  readonly version: string;
  readonly digest: string;
}

export interface ImageOptions {
  /** `registry.example.com/fairlead`, without a scheme. */
  readonly registry: string;
  /** A registry without TLS, as the local cluster's. */
  readonly plainHttp: boolean;
  /** Base with Node 24 at /usr/bin/node; made from Debian packages when absent. */
  readonly base?: string;
}

export async function projectVersion(): Promise<string> {
  const manifest: { readonly version: string } = JSON.parse(
    await readFile(join(repositoryRoot, "package.json"), "utf8"),
  );
  return manifest.version;
}

/** The image has no `env` and no shell: the program's first line names Node itself. */
async function writeProgram(folder: string): Promise<void> {
  const { files } = await bundleProgram();
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of files) {
    const path = join(folder, name);
    if (name !== "fairlead") {
      await writeFile(path, contents);
      continue;
    }
    await writeFile(
      path,
      Buffer.from(contents)
        .toString("utf8")
        .replace(/^#!.*\n/, `#!${nodeInBase}\n`),
    );
    await chmod(path, 0o755);
  }
}

/**
 * Builds the step image from this checkout and pushes it. Equal content gives an equal digest.
 *
 * @throws ToolError naming the tool that is missing or failed
 */
export async function publishImage(options: ImageOptions): Promise<StepImage> {
  const version = await projectVersion();
  const repository = `${options.registry}/step`;
  const context = await mkdtemp(join(tmpdir(), "fairlead-step-"));
  try {
    await writeProgram(join(context, "program"));
    const base = options.base ?? (await localBase(false)).tag;
    const tag = `localhost/fairlead-step:${version}`;
    const containerfile = join(repositoryRoot, "images/step/Containerfile");
    await buildImage({ containerfile, context, tag, arguments: { BASE: base, VERSION: version } });
    const digestFile = join(context, "digest");
    await pushImage(tag, `${repository}:${version}`, options.plainHttp, digestFile);
    return { repository, version, digest: (await readFile(digestFile, "utf8")).trim() };
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      registry: { type: "string" },
      base: { type: "string" },
      "plain-http": { type: "boolean", default: false },
    },
  });
  if (values.registry === undefined) throw new Error("--registry is needed, for example registry.example.com/fairlead");
  const image = await publishImage({
    registry: values.registry,
    plainHttp: values["plain-http"],
    ...(values.base === undefined ? {} : { base: values.base }),
  });
  process.stdout.write(`${image.repository}:${image.version}@${image.digest}\n`);
}
