import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  member,
  valueAt,
} from "../../../../steps/lib/json/json.ts";

/** What an API server finds wrong with an object by its CRD: undeclared fields too, which server-side apply refuses. */
export type CrdCheck = (object: JsonObject) => readonly string[];

const kept = ["type", "enum", "minimum", "maximum", "required", "anyOf"] as const;

function mapped(value: Json | undefined, change: (schema: Json) => Json): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, change(schema)]));
}

/** A structural schema as a JSON schema that refuses what it does not declare. */
function strict(schema: Json): Json {
  if (!isJsonObject(schema)) return true;
  if (member(schema, "x-kubernetes-int-or-string") === true) return { type: ["integer", "string"] };
  const properties = mapped(member(schema, "properties"), strict);
  const items = member(schema, "items");
  const additional = member(schema, "additionalProperties");
  const isOpen = member(schema, "x-kubernetes-preserve-unknown-fields") === true || properties === undefined;
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => (member(schema, name) === undefined ? [] : [[name, schema[name] ?? null]])),
    ),
    ...pattern(schema),
    ...(properties === undefined ? {} : { properties }),
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(isJsonObject(additional)
      ? { additionalProperties: strict(additional) }
      : isOpen
        ? {}
        : { additionalProperties: false }),
  };
}

/** Patterns of Go that JavaScript does not know, such as inline flags, are left to the API server. */
function pattern(schema: JsonObject): JsonObject {
  const found = member(schema, "pattern");
  return typeof found !== "string" || found.includes("(?i)") ? {} : { pattern: found };
}

function schemaOf(crd: JsonObject, version: string): JsonObject {
  const versions = valueAt(crd, ["spec", "versions"]);
  const found = isJsonArray(versions) ? versions.find((one) => valueAt(one, ["name"]) === version) : undefined;
  const schema = strict(valueAt(found, ["schema", "openAPIV3Schema"]) ?? false);
  if (!isJsonObject(schema)) throw new Error(`the CRD has no version ${version}`);
  const known = { apiVersion: true, kind: true, metadata: true };
  return {
    ...schema,
    properties: { ...known, ...(mapped(member(schema, "properties"), (one) => one) ?? {}), metadata: true },
  };
}

/** The check of one version of a CRD. */
export function crdCheck(crd: JsonObject, version: string): CrdCheck {
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  const validate = ajv.compile(schemaOf(crd, version));
  return (object) => {
    validate(object);
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const named = Object.values(params).find((value) => typeof value === "string") ?? "";
      return `${instancePath} ${message} ${named}`.trim();
    });
  };
}

/** `operator.openshift.io/KubeDescheduler`, and each of its files: releases may have their own. */
export type Crds = Readonly<Record<string, readonly JsonObject[]>>;

function readCrd(file: string): readonly JsonObject[] {
  const text = readFileSync(file, "utf8");
  if (!text.includes("kind: CustomResourceDefinition")) return [];
  const found: unknown = parse(text, { maxAliasCount: -1, logLevel: "silent" });
  return isJsonObject(found) ? [found] : [];
}

/** All CRDs of a folder and its sub-folders. */
export function crdsOf(folder: string): Crds {
  const crds: Record<string, JsonObject[]> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((one) =>
    one.endsWith(".yaml"),
  )) {
    for (const crd of readCrd(join(folder, name))) {
      const key = `${valueAt(crd, ["spec", "group"])}/${valueAt(crd, ["spec", "names", "kind"])}`;
      crds[key] = [...(crds[key] ?? []), crd];
    }
  }
  return crds;
}
