import { isJsonArray, isJsonObject, type JsonObject, member, valueAt } from "../../lib/json/json.ts";
import type { KubeError } from "../../lib/kube/kube-error.ts";

/** A CRD of the cluster, as far as anything is decided by it. */
export type KnownCrd =
  | { readonly state: "missing" }
  | { readonly state: "unreadable"; readonly reason: string; readonly error: KubeError }
  | { readonly state: "installed"; readonly definition: JsonObject };

function isEstablished(definition: JsonObject): boolean {
  const conditions = valueAt(definition, ["status", "conditions"]);
  return (
    isJsonArray(conditions) &&
    conditions.some(
      (one) => isJsonObject(one) && member(one, "type") === "Established" && member(one, "status") === "True",
    )
  );
}

/** One that is not established yet, or is being deleted, serves no objects that would last. Pure. */
export function judgeCrd(definition: JsonObject | undefined): KnownCrd {
  if (definition === undefined || !isEstablished(definition)) return { state: "missing" };
  return valueAt(definition, ["metadata", "deletionTimestamp"]) === undefined
    ? { state: "installed", definition }
    : { state: "missing" };
}
