import { isJsonObject, type Json } from "../../lib/json/json.ts";
import { managedLabel, manager } from "../markers/marker-keys.ts";
import { type Identity, identityOf, type ManagedObject, textIn } from "../object/managed-object.ts";
import { readYamlObject } from "../template/read-yaml-object.ts";

/** An object of an earlier release that is to go, and the file that says so. */
export interface Tombstone {
  readonly identity: Identity;
  readonly path: string;
}

export interface ReadTombstones {
  /** In the order of their files, and in these of their documents. */
  readonly tombstones: readonly Tombstone[];
  /** Of files that were left out as a whole. */
  readonly faults: readonly { readonly path: string; readonly reason: string }[];
}

function faultOf(document: Json): string | undefined {
  if (!isJsonObject(document)) return "a document is no map";
  const { apiVersion, kind, name } = identityOf(document);
  const missing = Object.entries({ apiVersion, kind, "metadata.name": name }).find(([, value]) => value === "");
  if (missing !== undefined) return `a document has no ${missing[0]}`;
  const label = textIn(document as ManagedObject, "labels", managedLabel); // its identity is there
  return label === manager ? undefined : `${kind} ${name} lacks the label ${managedLabel}: ${manager}`;
}

interface ReadFile {
  readonly identities: readonly Identity[];
  readonly fault?: string;
}

/** Documents are parted by lines of nothing but `---`, as Kubernetes' tools part them. */
function readFile(text: string): ReadFile {
  const identities: Identity[] = [];
  for (const part of text.split(/^---[ \t]*$/m)) {
    const read = readYamlObject(part);
    if (read.state === "empty") continue;
    const fault = read.state === "invalid" ? read.reason : faultOf(read.object);
    if (fault !== undefined) return { identities: [], fault };
    if (read.state === "read") identities.push(identityOf(read.object));
  }
  return { identities };
}

/**
 * Reads the tombstones among the files of the assets. One that is wrong takes its whole file with it, and no other. Pure.
 *
 * @param files texts by path
 */
export function readTombstones(files: ReadonlyMap<string, string>): ReadTombstones {
  const read = [...files]
    .filter(([path]) => path.startsWith("tombstones/") && path.endsWith(".yaml"))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, text]) => ({ path, ...readFile(text) }));
  return {
    tombstones: read.flatMap(({ path, identities }) => identities.map((identity) => ({ identity, path }))),
    faults: read.flatMap(({ path, fault }) => (fault === undefined ? [] : [{ path, reason: fault }])),
  };
}
