import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { moduleFolder } from "../programs/module-folder.ts";
import { registryName } from "./layout.ts";

export interface KubeManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export const tektonVersions = { pipelines: "v1.15.0", triggers: "v0.37.0" } as const;

const images = `${registryName}/platform`;
const pipelinesCommand = /ko:\/\/github\.com\/tektoncd\/pipeline\/cmd\/([a-z]+)/g;
const triggersCommand = /ko:\/\/github\.com\/tektoncd\/triggers\/cmd\/([a-z]+)/g;
const prefixed = new Set(["controller", "webhook", "events", "resolvers"]);

function pipelinesImage(name: string): string {
  // The sidecar is used only with results from sidecar logs, which are off by default.
  if (name === "sidecarlogresults") return `${images}/nop:1`;
  return `${images}/${prefixed.has(name) ? `tekton-${name}` : name}:1`;
}

/** Puts the local registry's images and the release's version into a manifest of Tekton's source. Pure. */
export function localize(text: string, version: string): string {
  return (
    text
      .replace(pipelinesCommand, (_match, name: string) => pipelinesImage(name))
      .replace(triggersCommand, (_match, name: string) => `${images}/triggers-${name}:1`)
      .replace(/cgr\.dev\/chainguard\/busybox@sha256:[0-9a-f]+/g, `${images}/shell:1`)
      // The source says "devel"; a Pipeline's minimum version is compared with this label.
      .replaceAll('"devel"', `"${version}"`)
  );
}

// One node needs no autoscaler, and the cluster has no metrics server for it.
function isWanted(manifest: KubeManifest): boolean {
  return manifest.kind !== "HorizontalPodAutoscaler";
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return await yamlFiles(path);
    return entry.name.endsWith(".yaml") ? [path] : [];
  });
  return (await Promise.all(nested)).flat().sort();
}

async function read(folder: string, version: string): Promise<readonly KubeManifest[]> {
  const texts = await Promise.all((await yamlFiles(folder)).map((file) => readFile(file, "utf8")));
  return (
    texts
      .flatMap((text) => parseAllDocuments(localize(text, version)))
      // Tekton's own manifests; comments alone make an empty document.
      .map((document) => document.toJS() as KubeManifest | null)
      .filter((manifest): manifest is KubeManifest => manifest !== null && isWanted(manifest))
  );
}

/** All of Pipelines, its resolvers and Triggers, as their modules hold them. */
export async function tektonManifests(): Promise<readonly KubeManifest[]> {
  const pipelines = await moduleFolder("kubernetes-tekton", "github.com/tektoncd/pipeline");
  const triggers = await moduleFolder("kubernetes-tekton", "github.com/tektoncd/triggers");
  const lists = [
    read(join(pipelines, "config"), tektonVersions.pipelines),
    read(join(triggers, "config"), tektonVersions.triggers),
  ];
  return (await Promise.all(lists)).flat();
}

const first: readonly (readonly string[])[] = [["Namespace"], ["CustomResourceDefinition"]];
// A webhook that is registered before its pod is up refuses what it guards, Tekton's own ConfigMaps among it.
const last: readonly (readonly string[])[] = [
  ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
  ["ClusterInterceptor", "Interceptor"],
];

/** The order of applying: namespaces, CRDs, the rest, webhooks, objects of the own kinds. YAML each. Pure. */
export function inStages(manifests: readonly KubeManifest[]): readonly string[] {
  const named = [...first, ...last].flat();
  const rest = manifests.filter((manifest) => !named.includes(manifest.kind));
  const pick = (kinds: readonly string[]) => manifests.filter((manifest) => kinds.includes(manifest.kind));
  const stages = [...first.map(pick), rest, ...last.map(pick)];
  return stages.map((stage) => stage.map((manifest) => stringify(manifest)).join("---\n"));
}
