import { isJsonArray, isJsonObject, type JsonObject, valueAt } from "../../lib/json/json.ts";

/** The versions that a CRD declares. Pure. */
export function crdVersions(crd: JsonObject): readonly JsonObject[] {
  const versions = valueAt(crd, ["spec", "versions"]);
  return isJsonArray(versions) ? versions.filter(isJsonObject) : [];
}
