import { type JsonObject, valueAt } from "../../lib/json/json.ts";
import type { Resource } from "../../lib/kube/types.ts";
import { groupOf, versionOf } from "../object/api-version.ts";
import { builtInKind } from "./built-in-kinds.ts";

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

function placeIn(definition: JsonObject): Pick<Resource, "plural" | "scope"> | undefined {
  const plural = valueAt(definition, ["spec", "names", "plural"]);
  const isCluster = valueAt(definition, ["spec", "scope"]) === "Cluster";
  return typeof plural === "string" ? { plural, scope: isCluster ? "cluster" : "namespaced" } : undefined;
}

/**
 * Where the API serves a kind, by its CRD, or as every cluster does. Pure.
 *
 * @param definition CRD of the kind, where the cluster has one
 */
export function resourceOf({ apiVersion, kind }: Kind, definition: JsonObject | undefined): Resource | undefined {
  const place = builtInKind(apiVersion, kind) ?? (definition === undefined ? undefined : placeIn(definition));
  return place === undefined
    ? undefined
    : { group: groupOf(apiVersion), version: versionOf(apiVersion), kind, ...place };
}
