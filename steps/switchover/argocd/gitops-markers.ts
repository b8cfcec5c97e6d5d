import type { KubeObject } from "../../lib/kube/types.ts";

/** An object that a GitOps tool seems to keep as Git has it. */
export interface MarkedObject {
  readonly kind: string;
  /** `namespace/name`, or the name of a cluster-wide object. */
  readonly object: string;
  /** Keys of labels and annotations that say so, each once. */
  readonly markers: readonly string[];
}

/** Helm and many others set it, too. */
const unreliable = "app.kubernetes.io/instance";
const managers: ReadonlySet<string> = new Set(["argocd", "flux", "fluxcd"]);

function isMarker(key: string, value: string): boolean {
  if (key === unreliable) return true;
  if (key === "app.kubernetes.io/managed-by") return managers.has(value.toLowerCase());
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? "" : key.slice(0, slash).toLowerCase();
  return prefix === "argocd.argoproj.io" || prefix === "fluxcd.io" || prefix.endsWith(".fluxcd.io");
}

/** Keys by which an object seems to belong to Argo CD or Flux; a guess, since the tools do not sign. Pure. */
export function gitopsMarkers({ labels, annotations }: KubeObject["metadata"]): readonly string[] {
  const entries = [...Object.entries(labels ?? {}), ...Object.entries(annotations ?? {})];
  const keys = entries.filter(([key, value]) => isMarker(key, value)).map(([key]) => key);
  return [...new Set(keys)].sort();
}

/** The object where it is marked, else nothing. Pure projection for `list`. */
export function markedObject(kind: string, { metadata }: KubeObject): MarkedObject | undefined {
  const markers = gitopsMarkers(metadata);
  if (markers.length === 0) return undefined;
  const object = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return { kind, object, markers };
}

/** Managed by Flux rather than by Argo CD. */
export function isFlux({ markers }: MarkedObject): boolean {
  return markers.some((key) => /(^|\.)fluxcd\.io\//i.test(key));
}

function describe({ object, markers }: MarkedObject): string {
  const words = markers.map((key) => (key === unreliable ? `${key}, UNRELIABLE` : key));
  return `${object} (${words.join(", ")})`;
}

const shown = 10;

/** `BackupSchedule: ns/name (key)`, one line for each kind. Pure. */
export function describeMarked(marked: readonly MarkedObject[]): readonly string[] {
  return [...Map.groupBy(marked, ({ kind }) => kind)].map(([kind, objects]) => {
    const more = objects.length > shown ? ` and ${objects.length - shown} more` : "";
    return `${kind}: ${objects.slice(0, shown).map(describe).join(", ")}${more}`;
  });
}
