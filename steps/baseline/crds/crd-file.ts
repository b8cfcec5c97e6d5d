import { type JsonObject, member, valueAt } from "../../lib/json/json.ts";
import { crdVersions } from "../object/crd-versions.ts";
import { readYamlObject } from "../template/read-yaml-object.ts";

/** What is to be known of a CRD. */
export interface CrdFacts {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Cluster" | "Namespaced";
  /** Names of all versions, as the file has them. */
  readonly versions: readonly string[];
}

export type CrdFile =
  | { readonly state: "valid"; readonly facts: CrdFacts; readonly crd: JsonObject }
  | { readonly state: "invalid"; readonly faults: readonly string[] };

function textAt(crd: JsonObject, ...path: readonly string[]): string {
  const value = valueAt(crd, path);
  return typeof value === "string" ? value : "";
}

function identityFaults(crd: JsonObject): readonly string[] {
  const [kind, apiVersion] = [textAt(crd, "kind"), textAt(crd, "apiVersion")];
  const isCrd = kind === "CustomResourceDefinition" && apiVersion === "apiextensions.k8s.io/v1";
  return isCrd
    ? []
    : [`it is a ${kind || "object"} of ${apiVersion || "no API"}, and no CustomResourceDefinition of v1`];
}

function nameFaults(crd: JsonObject): readonly string[] {
  const [name, group, plural] = [
    textAt(crd, "metadata", "name"),
    textAt(crd, "spec", "group"),
    textAt(crd, "spec", "names", "plural"),
  ];
  return [
    ...(textAt(crd, "spec", "names", "kind") === "" ? ["it names no kind"] : []),
    ...(name === `${plural}.${group}`
      ? []
      : [`its name is "${name}", and by its plural and group "${plural}.${group}"`]),
  ];
}

function scopeFaults(crd: JsonObject): readonly string[] {
  const scope = textAt(crd, "spec", "scope");
  return scope === "Cluster" || scope === "Namespaced" ? [] : [`its scope is "${scope}"`];
}

function versionFaults(crd: JsonObject): readonly string[] {
  const versions = crdVersions(crd);
  if (versions.length === 0) return ["it has no version"];
  const stored = versions.filter((version) => member(version, "storage") === true).length;
  return stored === 1 ? [] : [`${stored} of its versions are the storage version, and one must be`];
}

function factsOf(crd: JsonObject): CrdFacts {
  return {
    group: textAt(crd, "spec", "group"),
    kind: textAt(crd, "spec", "names", "kind"),
    plural: textAt(crd, "spec", "names", "plural"),
    scope: textAt(crd, "spec", "scope") === "Cluster" ? "Cluster" : "Namespaced",
    versions: crdVersions(crd).map((version) => textAt(version, "name")),
  };
}

/** Reads a file of the collection: one CRD that an API server would take. Pure. */
export function readCrdFile(text: string): CrdFile {
  const read = readYamlObject(text);
  if (read.state !== "read")
    return { state: "invalid", faults: [read.state === "empty" ? "it is empty" : read.reason] };
  const crd = read.object;
  const notOne = identityFaults(crd);
  const faults = notOne.length > 0 ? notOne : [...nameFaults(crd), ...scopeFaults(crd), ...versionFaults(crd)];
  return faults.length > 0 ? { state: "invalid", faults } : { state: "valid", facts: factsOf(crd), crd };
}
