import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isScalar, parseDocument, visit } from "yaml";
import { repositoryRoot } from "./repository-root.ts";

/** Stands in all source manifests where the step image belongs. */
export const imagePlaceholder = "fairlead.invalid/step:0.0.0";

/** Puts the image, by tag and digest, into a manifest. Pure. */
export function pinImage(text: string, image: string): string {
  return text.replaceAll(imagePlaceholder, image);
}

/** A reference through Tekton's bundles resolver. */
export function bundleReference(
  kind: "task" | "pipeline",
  name: string,
  bundle: string,
): { readonly resolver: string; readonly params: readonly { readonly name: string; readonly value: string }[] } {
  const params = [
    { name: "bundle", value: bundle },
    { name: "name", value: name },
    { name: "kind", value: kind },
  ];
  return { resolver: "bundles", params };
}

/**
 * Rewrites each `taskRef` by name into one through the bundles resolver. Pure.
 *
 * @param bundle reference of the Task bundle by digest
 * @example bundleTaskRefs(pipeline, "registry.example.com/fairlead/switchover-tasks@sha256:…")
 */
export function bundleTaskRefs(text: string, bundle: string): string {
  const document = parseDocument(text);
  visit(document, {
    Pair(_key, pair) {
      if (!isScalar(pair.key) || pair.key.value !== "taskRef" || !isMap(pair.value)) return undefined;
      // A custom task, such as an approval gate, is a type of the cluster and in no bundle.
      if (pair.value.has("apiVersion")) return visit.SKIP;
      pair.value = document.createNode(bundleReference("task", String(pair.value.get("name")), bundle));
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0 });
}

export interface RenderOptions {
  /** Reference of the area's Task bundle by digest: Pipelines use it, and no Task is installed. */
  readonly tasksBundle?: string;
}

async function copyChanged(from: string, to: string, change: (text: string) => string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyChanged(source, target, change);
    else if (entry.name.endsWith(".yaml")) await writeFile(target, change(await readFile(source, "utf8")));
    else await cp(source, target);
  }
}

/**
 * Copies the manifests of an area with the image pinned into `folder`: `kubectl apply -k <folder>/<area>` installs them.
 *
 * @returns the folder to apply
 */
export async function renderManifests(
  area: string,
  image: string,
  folder: string,
  { tasksBundle }: RenderOptions = {},
): Promise<string> {
  const root = join(folder, area);
  await rm(root, { recursive: true, force: true });
  const parts = tasksBundle === undefined ? ["tasks", "pipelines", "triggers"] : ["pipelines", "triggers"];
  const change = (text: string): string => {
    const pinned = pinImage(text, image);
    return tasksBundle === undefined ? pinned : bundleTaskRefs(pinned, tasksBundle);
  };
  for (const part of parts) await copyChanged(join(repositoryRoot, part, area), join(root, part), change);
  const resources = parts.map((part) => `  - ${part}\n`).join("");
  const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: fairlead\nresources:\n${resources}`;
  await writeFile(join(root, "kustomization.yaml"), kustomization);
  return root;
}
