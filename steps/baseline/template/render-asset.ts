import type { Liquid } from "liquidjs";
import type { JsonObject } from "../../lib/json/json.ts";
import { identityOf, type ManagedObject } from "../object/managed-object.ts";
import { readYamlObject } from "./read-yaml-object.ts";

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

function renderText(engine: Liquid, template: string, context: RenderContext): string {
  const text: unknown = engine.parseAndRenderSync(template, context);
  if (typeof text !== "string") throw new Error("the template gave no text");
  return text;
}

function objectOf(text: string): Rendered {
  const read = readYamlObject(text);
  if (read.state === "empty") return { state: "not-applicable" };
  if (read.state === "invalid") return { state: "failed", reason: `what was rendered is no object: ${read.reason}` };
  const { apiVersion, kind, name } = identityOf(read.object);
  const missing = Object.entries({ apiVersion, kind, "metadata.name": name }).find(([, value]) => value === "")?.[0];
  return missing === undefined
    ? { state: "rendered", object: read.object as ManagedObject } // its identity is there
    : { state: "failed", reason: `what was rendered has no ${missing}` };
}

/** The object of an asset that is constant. Pure. */
export function renderStatic(text: string): Rendered {
  return objectOf(text);
}

/** The object of an asset, rendered from what is known of the cluster. Pure: equal contexts give equal objects. */
export function renderTemplate(engine: Liquid, template: string, context: RenderContext): Rendered {
  let text: string;
  try {
    text = renderText(engine, template, context);
  } catch (error) {
    const [words = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { state: "failed", reason: words };
  }
  return objectOf(text);
}
