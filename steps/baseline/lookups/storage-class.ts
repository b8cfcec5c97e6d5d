import { isJsonArray, type Json, type JsonObject, valueAt } from "../../lib/json/json.ts";

function isShared(claim: Json): boolean {
  const modes = valueAt(claim, ["accessModes"]);
  return (
    valueAt(claim, ["volumeMode"]) === "Filesystem" &&
    isJsonArray(modes) &&
    modes.some((mode) => mode === "ReadWriteMany")
  );
}

function offersShared(profile: JsonObject): boolean {
  const claims = valueAt(profile, ["status", "claimPropertySets"]);
  return isJsonArray(claims) && claims.some(isShared);
}

/**
 * The first storage class, by name, whose volumes many nodes mount as a file system at once; empty where none does.
 * CDI keeps a StorageProfile for each storage class, under the same name. Pure.
 */
export function sharedFilesystemClass(profiles: readonly JsonObject[]): string {
  const names = profiles.filter(offersShared).map((profile) => valueAt(profile, ["metadata", "name"]));
  return names.filter((name) => typeof name === "string").toSorted()[0] ?? "";
}
