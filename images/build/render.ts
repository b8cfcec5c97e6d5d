import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isScalar, parseDocument, visit } from "yaml";
import { repositoryRoot } from "./find-schemas.ts";

/** Stands in all source manifests where the step image belongs. */
export const imagePlaceholder = "fairlead.invalid/step:0.0.0";

/** Puts the image, by tag and digest, into a manifest. Pure. */
export function pinImage(text: string, image: string): string {
  return text.replaceAll(imagePlaceholder, image);
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
      const name = String(pair.value.get("name"));
      const params = [
        { name: "bundle", value: bundle },
        { name: "name", value: name },
        { name: "kind", value: "task" },
      ];
      pair.value = document.createNode({ resolver: "bundles", params });
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0 });
}

async function copyPinned(from: string, to: string, image: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyPinned(source, target, image);
    else if (entry.name.endsWith(".yaml")) await writeFile(target, pinImage(await readFile(source, "utf8"), image));
    else await cp(source, target);
  }
}

/**
 * Copies the manifests of an area with the image pinned into `folder`: `kubectl apply -k <folder>/<area>` installs them.
 *
 * @returns the folder to apply
 */
export async function renderManifests(area: string, image: string, folder: string): Promise<string> {
  const root = join(folder, area);
  await rm(root, { recursive: true, force: true });
  const parts = ["tasks", "pipelines", "triggers"];
  for (const part of parts) await copyPinned(join(repositoryRoot, part, area), join(root, part), image);
  const resources = parts.map((part) => `  - ${part}\n`).join("");
  const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: fairlead\nresources:\n${resources}`;
  await writeFile(join(root, "kustomization.yaml"), kustomization);
  return root;
}
