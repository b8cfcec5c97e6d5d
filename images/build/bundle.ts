import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { areaManifests, type TektonObject } from "./area-manifests.ts";
import { writeBundleLayout } from "./bundle-layout.ts";
import { pushLayout } from "./oci-layout.ts";
import { projectVersion } from "./project-version.ts";
import { bundlesFolder } from "./release-files.ts";
import { bundleTaskRefs, pinImage } from "./render.ts";
import { runTool, ToolError } from "./run-tool.ts";

export interface BundleOptions {
  readonly area: string;
  /** Where bundles are pushed: `registry.example.com/fairlead`. */
  readonly registry: string;
  /** The same place as the cluster reaches it, where the names differ. */
  readonly clusterRegistry?: string;
  /** Step image by tag and digest. */
  readonly image: string;
  /** A registry without TLS. */
  readonly plainHttp?: boolean;
  /** Command that starts tkn, to push with `tkn bundle push` instead of copying the layout. */
  readonly tkn?: readonly string[];
}

/** References by digest, as the cluster reaches them. */
export interface Bundles {
  readonly tasks: string;
  readonly pipelines: string;
}

interface Bundle {
  readonly name: string;
  readonly objects: readonly TektonObject[];
  /** Its digest as an OCI layout in dist/bundles. */
  readonly digest: string;
}

export interface AreaBundles {
  readonly tasks: Bundle;
  readonly pipelines: Bundle;
}

type Source = Pick<BundleOptions, "area" | "image"> & { readonly folder?: string };

function withText(objects: readonly TektonObject[], change: (text: string) => string): readonly TektonObject[] {
  return objects.map((object) => ({ ...object, text: change(object.text) }));
}

async function bundle(name: string, objects: readonly TektonObject[], folder = bundlesFolder): Promise<Bundle> {
  return { name, objects, digest: (await writeBundleLayout(join(folder, name), name, objects)).digest };
}

/** The Tasks of an area as an OCI layout, the image pinned. */
export async function writeTaskBundle({ area, image, folder }: Source): Promise<Bundle> {
  const objects = withText(await areaManifests(area, "tasks"), (text) => pinImage(text, image));
  return await bundle(`${area}-tasks`, objects, folder);
}

/** The Pipelines of an area as an OCI layout; they refer to the Tasks by the digest of their bundle. */
export async function writePipelineBundle({ area, folder }: Omit<Source, "image">, tasks: string): Promise<Bundle> {
  const objects = withText(await areaManifests(area, "pipelines"), (text) => bundleTaskRefs(text, tasks));
  return await bundle(`${area}-pipelines`, objects, folder);
}

async function pushWithTkn(command: readonly string[], reference: string, bundle: Bundle): Promise<string> {
  const [tkn = "tkn", ...prefix] = command;
  const folder = join(bundlesFolder, `${bundle.name}.objects`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = bundle.objects.map((object) => ({ path: join(folder, `${object.name}.yaml`), text: object.text }));
  for (const { path, text } of files) await writeFile(path, text);
  const flags = files.flatMap(({ path }) => ["-f", path]);
  // tkn leaves a file for each object in its temporary folder (0.46).
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  const environment = { TMPDIR: temporary };
  const printed = await runTool(tkn, [...prefix, "bundle", "push", reference, ...flags], { environment });
  const digest = /sha256:[0-9a-f]{64}/.exec(printed)?.[0];
  if (digest === undefined) throw new ToolError(`tkn pushed ${reference} and named no digest: ${printed.slice(-300)}`);
  return digest;
}

async function push(bundle: Bundle, options: BundleOptions): Promise<string> {
  const reference = `${options.registry}/${bundle.name}:${await projectVersion()}`;
  let { digest } = bundle;
  if (options.tkn === undefined) {
    const target = { reference, plainHttp: options.plainHttp ?? false };
    await pushLayout(join(bundlesFolder, bundle.name), target);
  } else digest = await pushWithTkn(options.tkn, reference, bundle);
  return `${options.clusterRegistry ?? options.registry}/${bundle.name}@${digest}`;
}

/** Pushes the Task bundle, then the Pipeline bundle, which refers to it by digest. */
export async function publishBundles(options: BundleOptions): Promise<Bundles> {
  const tasks = await push(await writeTaskBundle(options), options);
  return { tasks, pipelines: await push(await writePipelineBundle({ area: options.area }, tasks), options) };
}
