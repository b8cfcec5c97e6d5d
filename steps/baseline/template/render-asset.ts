import type { JsonObject } from "../../lib/json/json.ts";
import { firstLine } from "../failure/reason-of.ts";
import { identityOf, type ManagedObject } from "../object/managed-object.ts";
import { type ReadYaml, readYamlObject } from "./read-yaml-object.ts";
import type { TemplateEngine } from "./template-engine.ts";

export type Rendered =
  | { readonly state: "rendered"; readonly object: ManagedObject }
  /** The template has nothing to say here. */
  | { readonly state: "not-applicable" }
  | { readonly state: "failed"; readonly reason: string };

/** What a template can name; nothing of it is read while rendering. */
export interface RenderContext {
  readonly HCO: JsonObject;
  readonly Hardware: JsonObject;
  readonly Topology: JsonObject;
  readonly Images: JsonObject;
  readonly Params: JsonObject;
  /** Answers of the cluster to what the catalog asks for this asset, by name. */
  readonly Lookups: JsonObject;
  /** Texts of files beside the templates, by path. */
  readonly Files: JsonObject;
}

function objectOf(read: ReadYaml): Rendered {
  if (read.state === "empty") return { state: "not-applicable" };
  if (read.state === "invalid") return { state: "failed", reason: `what was rendered is no object: ${read.reason}` };
  const { apiVersion, kind, name } = identityOf(read.object);
  const missing = Object.entries({ apiVersion, kind, "metadata.name": name }).find(([, value]) => value === "")?.[0];
  return missing === undefined
    ? { state: "rendered", object: read.object as ManagedObject } // its identity is there
    : { state: "failed", reason: `what was rendered has no ${missing}` };
}

/**
 * The object of an asset that is constant. Pure.
 *
 * @param read of the engine, where the text is rendered more than once
 */
export function renderStatic(text: string, read: TemplateEngine["read"] = readYamlObject): Rendered {
  return objectOf(read(text));
}

/** The object of an asset, rendered from what is known of the cluster. Pure: equal contexts give equal objects. */
export function renderTemplate(engine: TemplateEngine, template: string, context: RenderContext): Rendered {
  let text: string;
  try {
    text = engine.renderText(template, context);
  } catch (error) {
    return { state: "failed", reason: firstLine(error) };
  }
  return objectOf(engine.read(text));
}
