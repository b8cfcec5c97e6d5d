import type { JsonObject } from "../../lib/json/json.ts";
import { type CrdFacts, readCrdFile } from "./crd-file.ts";
import type { CrdSource } from "./sources.ts";

/** What the whole collection tells. */
export interface Collection {
  /** CRDs by `<kind>.<group>`, the current release of each. */
  readonly crds: ReadonlyMap<string, JsonObject>;
  /** Plurals by `<kind>.<group>`. */
  readonly plurals: Readonly<Record<string, string>>;
  /** `<kind>.<group>` of kinds without namespaces. */
  readonly clusterScoped: ReadonlySet<string>;
}

export type ReadCollection =
  | { readonly state: "valid"; readonly collection: Collection }
  | { readonly state: "invalid"; readonly faults: readonly string[] };

interface Entry {
  readonly file: string;
  readonly facts: CrdFacts;
  readonly crd: JsonObject;
}

function keyOf({ kind, group }: CrdFacts): string {
  return `${kind}.${group}`;
}

function definedTwice(entries: readonly Entry[]): readonly string[] {
  const first = new Map<string, string>();
  return entries.flatMap(({ file, facts }) => {
    const known = first.get(keyOf(facts));
    first.set(keyOf(facts), known ?? file);
    return known === undefined ? [] : [`${file}: it defines ${keyOf(facts)}, as ${known} does`];
  });
}

/**
 * Reads all files of the collection. Older releases of a CRD are checked, and are no part of what it tells. Pure.
 *
 * @param files texts by their places in the collection
 */
export function readCollection(files: ReadonlyMap<string, string>, sources: readonly CrdSource[]): ReadCollection {
  const older = new Set(sources.filter(({ release }) => release !== undefined).map(({ file }) => file));
  const read = [...files].map(([file, text]) => ({ file, found: readCrdFile(text) }));
  const wrong = read.flatMap(({ file, found }) =>
    found.state === "invalid" ? found.faults.map((fault) => `${file}: ${fault}`) : [],
  );
  const entries = read.flatMap(({ file, found }) => (found.state === "valid" ? [{ file, ...found }] : []));
  const current = entries.filter(({ file }) => !older.has(file));
  const faults = [...wrong, ...definedTwice(current)];
  if (faults.length > 0) return { state: "invalid", faults };
  return {
    state: "valid",
    collection: {
      crds: new Map(current.map(({ facts, crd }) => [keyOf(facts), crd])),
      plurals: Object.fromEntries(current.map(({ facts }) => [keyOf(facts), facts.plural])),
      clusterScoped: new Set(current.filter(({ facts }) => facts.scope === "Cluster").map(({ facts }) => keyOf(facts))),
    },
  };
}
