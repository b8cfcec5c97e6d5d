import { isJsonObject, type JsonObject, member, valueAt } from "../../lib/json/json.ts";
import { groupOf, versionOf } from "../object/api-version.ts";
import { crdVersions } from "../object/crd-versions.ts";
import type { ManagedObject } from "../object/managed-object.ts";

export type SchemaOfObject =
  | { readonly state: "found"; readonly schema: JsonObject }
  | { readonly state: "other"; readonly reason: string };

function other(reason: string): SchemaOfObject {
  return { state: "other", reason };
}

/** The schema by which a CRD takes an object, in the version that the object names. Pure. */
export function schemaFor({ apiVersion, kind }: ManagedObject, crd: JsonObject): SchemaOfObject {
  const [group, crdKind] = [valueAt(crd, ["spec", "group"]), valueAt(crd, ["spec", "names", "kind"])];
  if (group !== groupOf(apiVersion) || crdKind !== kind) {
    return other(`the CRD is that of ${crdKind}.${group}, and the object is a ${kind} of ${apiVersion}`);
  }
  const version = crdVersions(crd).find((candidate) => member(candidate, "name") === versionOf(apiVersion));
  if (version === undefined) return other(`the CRD has no version ${versionOf(apiVersion)}`);
  if (member(version, "served") === false) return other(`the CRD serves version ${versionOf(apiVersion)} no longer`);
  const schema = valueAt(version, ["schema", "openAPIV3Schema"]);
  return isJsonObject(schema) ? { state: "found", schema } : other("the CRD declares no schema");
}
