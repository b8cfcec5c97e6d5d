import { stringify } from "yaml";
import type { FetchedCrd } from "../../../../steps/baseline/crds/fetch-collection.ts";
import type { CrdSource } from "../../../../steps/baseline/crds/sources.ts";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const sourceOf = (kind: string, more: Partial<CrdSource> = {}): CrdSource => ({
  file: `kubevirt/${kind.toLowerCase()}s.yaml`,
  repo: "example/operator",
  ref: "main",
  path: `crds/${kind.toLowerCase()}s.yaml`,
  ...more,
});

/** A CRD of `example.com`, as an upstream repository has it. */
export function crdText(kind: string, spec: object = {}, more: object = {}): string {
  const plural = `${kind.toLowerCase()}s`;
  return `---\n${stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      names: { kind, plural },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true }],
      ...spec,
    },
    ...more,
  })}`;
}

export const fetched = (source: CrdSource, text: string, commit?: string): FetchedCrd => ({
  state: "fetched",
  source,
  content: bytes(text),
  ...(commit === undefined ? {} : { commit }),
});
export const failed = (source: CrdSource): FetchedCrd => ({
  state: "failed",
  source,
  reason: "its source answered 404",
});
