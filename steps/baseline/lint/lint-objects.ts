import type { JsonObject } from "../../lib/json/json.ts";
import { groupOf } from "../object/api-version.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { schemaFor } from "./crd-version.ts";
import { lintValue } from "./lint-value.ts";

/** An object, and the asset that rendered it. */
export interface RenderedObject {
  readonly asset: string;
  readonly object: ManagedObject;
}

/**
 * What server-side apply would refuse of an object, by the schema of its CRD: a field that is not declared, a value of
 * another type, such as a boolean for a string, or one outside a list of values. What is missing is no fault: others
 * may have set it. Pure.
 */
export function lintAgainstSchema(object: ManagedObject, crd: JsonObject): readonly string[] {
  const found = schemaFor(object, crd);
  return found.state === "found" ? lintValue(object, found.schema, []) : [found.reason];
}

/**
 * The same for the objects of all assets; those of kinds without a CRD are the API server's own and not looked at. Pure.
 *
 * @param crds by `<kind>.<group>`
 */
export function lintObjects(
  rendered: readonly RenderedObject[],
  crds: ReadonlyMap<string, JsonObject>,
): readonly string[] {
  const faults = rendered.flatMap(({ asset, object }) => {
    const crd = crds.get(`${object.kind}.${groupOf(object.apiVersion)}`);
    return crd === undefined ? [] : lintAgainstSchema(object, crd).map((reason) => `${asset}: ${reason}`);
  });
  return [...new Set(faults)];
}
