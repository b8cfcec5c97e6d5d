import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly required?: readonly string[];
  readonly format?: string;
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly schema: { readonly openAPIV3Schema: Schema };
  readonly subresources?: { readonly status?: unknown };
}

export interface Crd {
  readonly name: string;
  readonly file: string;
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly Version[];
  };
}

async function crdsIn(folder: string): Promise<readonly Crd[]> {
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter((entry) => /\.ya?ml$/.test(entry)).sort();
  const lists = await Promise.all(
    files.map(async (file) => {
      const documents = parseAllDocuments(await readFile(join(folder, file), "utf8"));
      // Manifests of the apiextensions.k8s.io/v1 API; everything else in the folder has another kind.
      const values = documents.map((document) => document.toJS()) as readonly {
        readonly kind?: string;
        readonly metadata?: { readonly name: string };
        readonly spec: Crd["spec"];
      }[];
      return values
        .filter((value) => value?.kind === "CustomResourceDefinition")
        .map(({ metadata, spec }) => ({ name: metadata?.name ?? "", file, spec }));
    }),
  );
  return lists.flat();
}

export async function handWrittenCrds(): Promise<readonly Crd[]> {
  return await crdsIn(resolve(import.meta.dirname, "../../../sim/crds"));
}

/** By name; some are published more than once. */
export async function realCrds(folder: string): Promise<ReadonlyMap<string, readonly Crd[]>> {
  return Map.groupBy(await crdsIn(resolve(folder)), ({ name }) => name);
}

function schemaDifferences(path: string, own: Schema, real: Schema | undefined): readonly string[] {
  if (real === undefined) return [`${path} is not there`];
  const said = (["type", "format"] as const).filter((key) => own[key] !== undefined && own[key] !== real[key]);
  const missing = (real.required ?? []).filter((name) => own.properties?.[name] !== undefined);
  return [
    ...said.map((key) => `${path}: ${key} is ${own[key]}, really ${real[key]}`),
    ...missing.filter((name) => !own.required?.includes(name)).map((name) => `${path}.${name} is required really`),
    ...(own.required ?? [])
      .filter((name) => !real.required?.includes(name))
      .map((name) => `${path}.${name} is not required really`),
    ...Object.entries(own.properties ?? {}).flatMap(([name, schema]) =>
      schemaDifferences(`${path}.${name}`, schema, real.properties?.[name]),
    ),
    ...(own.items === undefined ? [] : schemaDifferences(`${path}[]`, own.items, real.items)),
    ...(own.additionalProperties === undefined
      ? []
      : schemaDifferences(`${path}{}`, own.additionalProperties, real.additionalProperties)),
  ];
}

function versionDifferences(path: string, own: Version, real: Version | undefined): readonly string[] {
  if (real === undefined) return [`${path} is not there`];
  const hasStatus = (version: Version): boolean => version.subresources?.status !== undefined;
  return [
    ...(own.served === real.served ? [] : [`${path}: served is ${own.served}, really ${real.served}`]),
    ...(hasStatus(own) === hasStatus(real) ? [] : [`${path}: the status subresource is ${hasStatus(own)}, really not`]),
    ...schemaDifferences(path, own.schema.openAPIV3Schema, real.schema.openAPIV3Schema),
  ];
}

/** What the hand-written definition says otherwise than each real one; what it leaves out is fine. */
export function differences(own: Crd, reals: readonly Crd[]): readonly string[] {
  return reals.flatMap((real) => {
    const at = `${own.name} (${real.file})`;
    const fields = (["group", "scope"] as const).filter((key) => own.spec[key] !== real.spec[key]);
    const names = Object.keys(own.spec.names).filter((key) => own.spec.names[key] !== real.spec.names[key]);
    return [
      ...fields.map((key) => `${at}: ${key} is ${own.spec[key]}, really ${real.spec[key]}`),
      ...names.map((key) => `${at}: ${key} is ${own.spec.names[key]}, really ${real.spec.names[key]}`),
      ...own.spec.versions.flatMap((version) =>
        versionDifferences(
          `${at} ${version.name}`,
          version,
          real.spec.versions.find(({ name }) => name === version.name),
        ),
      ),
    ];
  });
}
