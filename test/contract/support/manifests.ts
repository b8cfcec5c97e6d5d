import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseAllDocuments } from "yaml";

export const root = join(import.meta.dirname, "..", "..", "..");

export interface Named {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Any manifest of the project, with the fields that the contract tests look at. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface ManifestFile {
  /** Relative to the checkout. */
  readonly path: string;
  readonly text: string;
  readonly documents: readonly Manifest[];
}

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        entry.name.endsWith(".yaml") &&
        entry.name !== "kustomization.yaml" &&
        entry.name !== "image-fields.yaml",
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Every YAML file below the given folder of the checkout, parsed. */
export function manifestsBelow(folder: string): readonly ManifestFile[] {
  return yamlFiles(join(root, folder)).map((file) => {
    const text = readFileSync(file, "utf8");
    return {
      path: relative(root, file),
      text,
      // The shape is what these tests check; a document without these fields fails the first of them.
      documents: parseAllDocuments(text).map((document) => document.toJS() as Manifest),
    };
  });
}

/** All objects of one kind below a folder. */
export function objectsOf(kind: string, ...folders: readonly string[]): readonly Manifest[] {
  return folders
    .flatMap(manifestsBelow)
    .flatMap((file) => file.documents)
    .filter((document) => document.kind === kind);
}

/** A list of named entries somewhere in a spec; an absent one is empty. */
export function entries(spec: Readonly<Record<string, unknown>> | undefined, field: string): readonly Named[] {
  const value = spec?.[field];
  return Array.isArray(value) ? value : [];
}

/** Seconds of a Go duration made of h, m and s: `2h17m0s`. */
export function seconds(duration: unknown): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(String(duration));
  if (match === null) {
    throw new Error(`"${String(duration)}" is no duration`);
  }
  const [hours, minutes, rest] = match.slice(1).map((part) => Number(part ?? 0));
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0);
}
