import { isJsonObject, type Json, type JsonObject, valueAt } from "../../lib/json/json.ts";
import type { RenderContext, Rendered } from "../template/render-asset.ts";

/** An annotation of the HyperConverged; empty where it has no such one. Pure. */
export function hcoAnnotation({ HCO }: RenderContext, key: string): string {
  const value = valueAt(HCO, ["metadata", "annotations", key]);
  return typeof value === "string" ? value : "";
}

/** A JSON object out of an annotation, or what is wrong with the text. */
export type ReadObject = { readonly object: JsonObject } | { readonly fault: string };

/** Pure. */
export function readObject(text: string, annotation: string): ReadObject {
  const wrong = (why: string): ReadObject => ({ fault: `${annotation} must hold a JSON object, and ${why}` });
  let value: Json;
  try {
    value = JSON.parse(text) as Json; // JSON.parse yields nothing else
  } catch {
    return wrong("it is no JSON");
  }
  return isJsonObject(value) ? { object: value } : wrong("it holds something else");
}

export function failed(reason: string): Rendered {
  return { state: "failed", reason };
}
