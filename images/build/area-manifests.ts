import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { repositoryRoot } from "./repository-root.ts";

/** One object of Tekton, as a bundle carries it. */
export interface TektonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

export type BundleKind = "tasks" | "pipelines";

/** Tekton's builder and resolver stop at 20 layers; two are kept free. */
export const maximumObjects = 18;

/** Areas that have Tasks. */
export async function areas(): Promise<readonly string[]> {
  const entries = await readdir(join(repositoryRoot, "tasks"), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Sample runs and kustomizations lie beside the objects. */
function isObjectFile(kind: BundleKind, name: string): boolean {
  if (kind === "pipelines") return name === "pipeline.yaml";
  return name.endsWith(".yaml") && name !== "kustomization.yaml" && name !== "image-fields.yaml";
}

/**
 * The object in the text of a manifest.
 *
 * @throws Error where it is not exactly one: Tekton counts files when it pushes and layers when it resolves
 */
export function tektonObject(text: string, file: string): TektonObject {
  const [document, ...more] = parseAllDocuments(text);
  if (document === undefined || more.length > 0) throw new Error(`${file} must hold one object`);
  const { apiVersion, kind, metadata } = document.toJS();
  return { apiVersion, kind, name: metadata.name, text };
}

/** Throws where a bundle of these objects could be pushed and not be used. */
export function checkBundle(name: string, objects: readonly TektonObject[]): void {
  if (objects.length === 0) throw new Error(`the bundle ${name} has no object`);
  if (objects.length > maximumObjects)
    throw new Error(`the bundle ${name} has ${objects.length} objects, more than ${maximumObjects}; split the area`);
  const keys = objects.map((object) => `${object.kind} ${object.name}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`the bundle ${name} has ${twice} twice`);
}

/** The Tasks or the Pipelines of an area, in the order of their names. */
export async function areaManifests(area: string, kind: BundleKind): Promise<readonly TektonObject[]> {
  const entries = await readdir(join(repositoryRoot, kind, area), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && isObjectFile(kind, entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const objects = await Promise.all(files.map(async (file) => tektonObject(await readFile(file, "utf8"), file)));
  return objects.sort((a, b) => (a.name < b.name ? -1 : 1));
}
