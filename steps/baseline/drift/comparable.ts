import { isJsonObject, type JsonObject, member } from "../../lib/json/json.ts";

const comparedMetadata = ["name", "namespace", "labels", "annotations"] as const;

/**
 * What of an object, live or from a dry run, shows whether it drifted: everything but its status and the rest of its
 * metadata. The server puts defaults into both, which are equal then. Pure.
 */
export function comparable(object: JsonObject): JsonObject {
  const { status: _status, metadata: found, ...rest } = object;
  const metadata = isJsonObject(found) ? found : {};
  const kept = comparedMetadata.flatMap((name) => {
    const value = member(metadata, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...rest, metadata: Object.fromEntries(kept) };
}
