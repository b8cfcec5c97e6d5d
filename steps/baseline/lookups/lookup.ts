import type { Static } from "typebox";
import { type Json, type JsonObject, valueAt } from "../../lib/json/json.ts";
import { declaresField, enumOf } from "./crd-schema.ts";
import type { lookupSchema } from "./lookup.schema.ts";
import { hasRecordingRule } from "./recording-rule.ts";
import { sharedFilesystemClass } from "./storage-class.ts";

/** One question of an asset to the cluster; its answer is known to the template as `Lookups.<name>`. */
export type Lookup = Static<typeof lookupSchema>;

/** What has to be read for a look-up. Neither an absent object nor an absent API is an error: nothing was found. */
export type LookupRead =
  | {
      readonly verb: "get";
      readonly apiVersion: string;
      readonly kind: string;
      /** Empty for a cluster-scoped object. */
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly verb: "list"; readonly apiVersion: string; readonly kind: string };

function get(apiVersion: string, kind: string, namespace: string, name: string): LookupRead {
  return { verb: "get", apiVersion, kind, namespace, name };
}

/** Pure. */
export function readOf(lookup: Lookup): LookupRead {
  switch (lookup.kind) {
    case "crd-enum":
    case "crd-has-field":
      return get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", lookup.crd);
    case "object-exists":
      return get(lookup.api_version, lookup.object_kind, lookup.namespace ?? "", lookup.object_name);
    case "recording-rule":
      return get("monitoring.coreos.com/v1", "PrometheusRule", lookup.namespace, lookup.prometheus_rule);
    case "config-map-value":
      return get("v1", "ConfigMap", lookup.namespace, lookup.config_map);
    case "storage-profile-rwx-class":
      return { verb: "list", apiVersion: "cdi.kubevirt.io/v1beta1", kind: "StorageProfile" };
  }
}

function textAt(object: JsonObject | undefined, path: readonly string[]): string {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : "";
}

/**
 * The answer to a look-up, of what was read for it. Pure.
 *
 * @param found the object, or the objects of the list; none where there is no such object, or no such API
 */
export function answerOf(lookup: Lookup, found: readonly JsonObject[]): Json {
  const object = found[0];
  switch (lookup.kind) {
    case "crd-enum":
      return enumOf(object, lookup.path);
    case "crd-has-field":
      return declaresField(object, lookup.path);
    case "object-exists":
      return object !== undefined;
    case "recording-rule":
      return hasRecordingRule(object, lookup.record);
    case "config-map-value":
      return textAt(object, ["data", lookup.key]);
    case "storage-profile-rwx-class":
      return sharedFilesystemClass(found);
  }
}

/** All answers by name, as templates know them. Pure. */
export function answersOf(lookups: readonly Lookup[], found: (lookup: Lookup) => readonly JsonObject[]): JsonObject {
  return Object.fromEntries(lookups.map((lookup) => [lookup.name, answerOf(lookup, found(lookup))]));
}

/** What templates are told where no cluster is asked: the answers of one that has nothing. Pure. */
export function emptyAnswers(lookups: readonly Lookup[]): JsonObject {
  return answersOf(lookups, () => []);
}
