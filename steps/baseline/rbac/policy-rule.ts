import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";

/** One rule of a role (rbac.authorization.k8s.io/v1), every list of it sorted where its order says nothing. */
export type PolicyRule =
  | {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      /** Absent: objects of any name. */
      readonly resourceNames?: readonly string[];
      readonly verbs: readonly string[];
    }
  | { readonly nonResourceURLs: readonly string[]; readonly verbs: readonly string[] };

/** A rule as an asset has it: any list may be absent, and groups and addresses may stand together. */
export interface GivenRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly verbs: readonly string[];
}

/** Each text once, sorted by its code units, which is the same everywhere. Pure. */
export function sortedSet(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].toSorted((one, other) => (one < other ? -1 : 1));
}

function textsAt(rule: JsonObject, name: string): readonly string[] {
  const list = member(rule, name);
  return isJsonArray(list) ? list.filter((text): text is string => typeof text === "string") : [];
}

/** The `rules` of a role; none where there are none. Pure. */
export function readRules(rules: Json | undefined): readonly GivenRule[] {
  if (!isJsonArray(rules)) return [];
  return rules.filter(isJsonObject).map((rule) => ({
    apiGroups: textsAt(rule, "apiGroups"),
    resources: textsAt(rule, "resources"),
    resourceNames: textsAt(rule, "resourceNames"),
    nonResourceURLs: textsAt(rule, "nonResourceURLs"),
    verbs: textsAt(rule, "verbs"),
  }));
}
