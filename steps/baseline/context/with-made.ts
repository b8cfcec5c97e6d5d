import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { groupOf } from "../object/api-version.ts";
import type { Identity } from "../object/managed-object.ts";
import type { ContextDocument } from "./context-document.ts";

/**
 * What was asked of the cluster, with what the run itself has made since: an asset that waits for an object of another
 * one gets it in the same run, in a dry run as well. Pure.
 *
 * @param asset whose look-ups are answered anew
 * @param made objects that are there now, or would be
 */
export function withMade(
  document: ContextDocument,
  { name, entry }: Pick<LoadedAsset, "name" | "entry">,
  made: readonly Identity[],
): ContextDocument {
  const found = (entry.lookups ?? []).filter(
    (lookup) =>
      lookup.kind === "object-exists" &&
      made.some(
        (object) =>
          object.kind === lookup.object_kind &&
          groupOf(object.apiVersion) === groupOf(lookup.api_version) &&
          object.namespace === (lookup.namespace ?? "") &&
          object.name === lookup.object_name,
      ),
  );
  if (found.length === 0) return document;
  const answers = Object.fromEntries(found.map((lookup) => [lookup.name, true]));
  return { ...document, lookups: { ...document.lookups, [name]: { ...document.lookups[name], ...answers } } };
}
