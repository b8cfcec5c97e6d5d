import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "./find-schemas.ts";
import { projectVersion } from "./image.ts";
import { bundleTaskRefs, pinImage, renderManifests } from "./render.ts";
import { runTool } from "./run-tool.ts";

export interface BundleOptions {
  readonly area: string;
  /** Where bundles are pushed, as tkn reaches it: `registry.example.com/fairlead`. */
  readonly registry: string;
  /** The same place as the cluster reaches it, where the names differ. */
  readonly clusterRegistry?: string;
  /** Step image by tag and digest. */
  readonly image: string;
  /** Command that starts tkn; default `tkn`. */
  readonly tkn?: readonly string[];
}

export interface Bundles {
  readonly tasks: string;
  readonly pipelines: string;
}

// Tekton's builder and resolver stop at 20 layers; two are kept free.
const maximumObjects = 18;

async function manifests(area: string, kind: "tasks" | "pipelines"): Promise<readonly string[]> {
  const root = join(repositoryRoot, kind, area);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"))
    .map((entry) => join(entry.parentPath, entry.name));
  const wanted = files.filter((file) =>
    kind === "tasks" ? !/(kustomization|image-fields)\.yaml$/.test(file) : file.endsWith("/pipeline.yaml"),
  );
  if (wanted.length > maximumObjects)
    throw new Error(`${wanted.length} ${kind} of ${area} do not fit into a bundle of ${maximumObjects}`);
  return await Promise.all(wanted.sort().map((file) => readFile(file, "utf8")));
}

async function push(name: string, texts: readonly string[], options: BundleOptions): Promise<string> {
  const folder = join(repositoryRoot, "dist", "bundles", name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = texts.map((_text, index) => join(folder, `${index}.yaml`));
  for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? "");
  const [tkn = "tkn", ...prefix] = options.tkn ?? ["tkn"];
  const reference = `${options.registry}/${name}:${await projectVersion()}`;
  const printed = await runTool(tkn, [
    ...prefix,
    "bundle",
    "push",
    reference,
    ...files.flatMap((file) => ["-f", file]),
  ]);
  const digest = /sha256:[0-9a-f]{64}/.exec(printed)?.[0];
  if (digest === undefined) throw new Error(`tkn pushed ${reference} and named no digest: ${printed.slice(-300)}`);
  return `${options.clusterRegistry ?? options.registry}/${name}@${digest}`;
}

/** Pushes the Task bundle, then the Pipeline bundle, which refers to it by digest. */
export async function publishBundles(options: BundleOptions): Promise<Bundles> {
  const { area, image } = options;
  const tasks = await push(
    `${area}-tasks`,
    (await manifests(area, "tasks")).map((text) => pinImage(text, image)),
    options,
  );
  const pipelines = (await manifests(area, "pipelines")).map((text) => bundleTaskRefs(text, tasks));
  return { tasks, pipelines: await push(`${area}-pipelines`, pipelines, options) };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      registry: { type: "string" },
      image: { type: "string" },
      area: { type: "string", default: "switchover" },
    },
  });
  if (values.registry === undefined || values.image === undefined)
    throw new Error("--registry and --image (name:tag@digest, as make image prints it) are needed");
  const bundles = await publishBundles({ area: values.area, registry: values.registry, image: values.image });
  const folder = await renderManifests(values.area, values.image, join(repositoryRoot, "dist", "manifests"));
  process.stdout.write(`tasks     ${bundles.tasks}\npipelines ${bundles.pipelines}\nmanifests ${folder}\n`);
}
