import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { rendererOf } from "../../../../steps/baseline/assets/registry.ts";
import type { CatalogAsset } from "../../../../steps/baseline/catalog/catalog.ts";
import { emptyAnswers } from "../../../../steps/baseline/lookups/lookup.ts";
import {
  type RenderContext,
  type Rendered,
  renderStatic,
  renderTemplate,
} from "../../../../steps/baseline/template/render-asset.ts";
import { templateEngine } from "../../../../steps/baseline/template/template-engine.ts";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";

const assets = resolve("assets/baseline");
const golden = resolve("test/fixtures/baseline/golden");
const engine = templateEngine();

const topics = ["descheduler", "observability", "logging", "operators", "metrics-exporter", "remediation"];

/** Entries of operators, observability and remediation, as the catalog has them. */
export const entries: readonly CatalogAsset[] = (
  parse(readFileSync(`${assets}/catalog.yaml`, "utf8")) as { readonly assets: readonly CatalogAsset[] }
).assets.filter(({ path }) => topics.includes(path.split("/")[0] ?? ""));

/** An entry by its name; a test that asks for another is wrong. */
export function entryOf(name: string): CatalogAsset {
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`the catalog has no asset ${name}`);
  return found;
}

/** A HyperConverged v1 in its usual namespace. Annotations are given without `platform.kubevirt.io/`. */
export function hyperConverged(
  annotations: Readonly<Record<string, string>> = {},
  spec: JsonObject = {},
  namespace = "openshift-cnv",
): JsonObject {
  const long = Object.entries(annotations).map(([key, value]) => [`platform.kubevirt.io/${key}`, value]);
  return {
    apiVersion: "hco.kubevirt.io/v1",
    kind: "HyperConverged",
    metadata: { name: "kubevirt-hyperconverged", namespace, annotations: Object.fromEntries(long) },
    spec,
  };
}

/** Renders an asset as its catalog entry says, in a cluster that answers no look-up unless the context has answers. */
export function renderEntry(name: string, context: Partial<RenderContext> = {}): Rendered {
  const entry = entryOf(name);
  const full: RenderContext = {
    HCO: hyperConverged(),
    Hardware: {},
    Topology: {},
    Images: {},
    Params: entry.template_params ?? {},
    Lookups: emptyAnswers(entry.lookups ?? []),
    Files: {},
    ...context,
  };
  if (entry.render !== undefined) {
    const renderer = rendererOf(entry.render);
    if (renderer === undefined) throw new Error(`the program has no renderer ${entry.render}`);
    return renderer(full);
  }
  const text = readFileSync(`${assets}/active/${entry.path}`, "utf8");
  return entry.path.endsWith(".liquid") ? renderTemplate(engine, text, full) : renderStatic(text);
}

/** The object that an asset renders; anything else fails the test with its reason. */
export function objectOf(name: string, context: Partial<RenderContext> = {}): JsonObject {
  const rendered = renderEntry(name, context);
  if (rendered.state === "rendered") return rendered.object;
  throw new Error(`${name} rendered no object: ${rendered.state === "failed" ? rendered.reason : rendered.state}`);
}

/** The committed rendering of a case; it is written only where UPDATE_GOLDEN is `true`. */
export function goldenOf(asset: string, of: string, object: JsonObject): unknown {
  const file = `${golden}/${asset}/${of}.yaml`;
  if (process.env["UPDATE_GOLDEN"] === "true") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, stringify(object, { lineWidth: 0 }));
  }
  return parse(readFileSync(file, "utf8"));
}
