import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Architecture, ownArchitecture } from "./architecture.ts";
import { buildImage, pushImage, pushIndex, removeImage } from "./buildah.ts";
import { bundleProgram } from "./bundle-program.ts";
import { localBase, nodeInBase } from "./local-base.ts";
import { openToAll } from "./open-to-all.ts";
import { projectVersion } from "./project-version.ts";
import { repositoryRoot } from "./repository-root.ts";
import { revision } from "./revision.ts";
import { imageSbom, programParts, programSbom, programSbomName } from "./sbom.ts";

export interface StepImage {
  /** `registry/fairlead/step` */
  readonly repository: string;
  readonly version: string;
  /** Of the image, or of the index where it is built for several architectures. */
  readonly digest: string;
  readonly sboms: ReadonlyMap<Architecture, string>;
}

export interface BuildOptions {
  /** This machine's alone when absent. */
  readonly architectures?: readonly Architecture[];
  /** Base by digest, with Node 24; made from Debian packages when absent. */
  readonly base?: string;
  /** Where that base has Node; default /usr/bin/node. */
  readonly node?: string;
}

export interface ImageOptions extends BuildOptions {
  /** `registry.example.com/fairlead`, without a scheme. */
  readonly registry: string;
  /** A registry without TLS, as the local cluster's. */
  readonly plainHttp: boolean;
}

/** An image in buildah's storage. */
export interface BuiltImage {
  readonly architecture: Architecture;
  readonly tag: string;
  readonly sbom: string;
}

interface Program {
  /** Holds `program/`, what the image has at /opt/fairlead. */
  readonly context: string;
  readonly parts: Awaited<ReturnType<typeof programParts>>;
}

/** The image has no `env` and no shell: the program's first line names Node itself. */
function namingNode(contents: Uint8Array, node: string): string {
  return Buffer.from(contents)
    .toString("utf8")
    .replace(/^#!.*\n/, `#!${node}\n`);
}

async function writeProgram(context: string, node: string): Promise<Program> {
  const folder = join(context, "program");
  const { files, packages } = await bundleProgram();
  const parts = await programParts(packages);
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of files)
    await writeFile(join(folder, name), name === "fairlead" ? namingNode(contents, node) : contents);
  await writeFile(join(folder, programSbomName), programSbom(parts));
  await chmod(join(folder, "fairlead"), 0o755);
  await openToAll(folder);
  return { context, parts };
}

async function buildOne(program: Program, architecture: Architecture, base?: string): Promise<BuiltImage> {
  const used = base ?? (await localBase(architecture, false));
  // A name of its own: two builds on one machine must not push each other's image.
  const tag = `localhost/fairlead-step:${randomUUID()}`;
  const values = {
    BASE: typeof used === "string" ? used : used.tag,
    VERSION: await projectVersion(),
    REVISION: await revision(),
  };
  const containerfile = join(repositoryRoot, "images/step/Containerfile");
  await buildImage({ containerfile, context: program.context, tag, architecture, arguments: values });
  return { architecture, tag, sbom: imageSbom(program.parts, architecture, used) };
}

/** Builds the step image from this checkout, hands it over and removes it from buildah's storage. */
export async function withStepImages<T>(
  options: BuildOptions,
  use: (images: readonly BuiltImage[]) => Promise<T>,
): Promise<T> {
  const context = await mkdtemp(join(tmpdir(), "fairlead-step-"));
  const built: BuiltImage[] = [];
  try {
    const program = await writeProgram(context, options.node ?? nodeInBase);
    for (const architecture of options.architectures ?? [ownArchitecture()])
      built.push(await buildOne(program, architecture, options.base));
    return await use(built);
  } finally {
    for (const { tag } of built) await removeImage(tag);
    await rm(context, { recursive: true, force: true });
  }
}

/**
 * Builds the step image from this checkout and pushes it; several architectures become an index. Equal content gives an
 * equal digest.
 *
 * @throws ToolError naming the tool that is missing or failed
 */
export async function publishImage(options: ImageOptions): Promise<StepImage> {
  const version = await projectVersion();
  const repository = `${options.registry}/step`;
  const push = { reference: `${repository}:${version}`, plainHttp: options.plainHttp };
  return await withStepImages(options, async (images) => {
    const tags = images.map((image) => image.tag);
    const [only, ...more] = tags;
    const digest =
      only !== undefined && more.length === 0
        ? await pushImage(only, push)
        : await pushIndex(tags, `localhost/fairlead-step-index:${randomUUID()}`, push);
    return { repository, version, digest, sboms: new Map(images.map((image) => [image.architecture, image.sbom])) };
  });
}
