import { groupOf } from "../object/api-version.ts";
import type { Identity } from "../object/managed-object.ts";

/** Who an asset's object is, for all roles, parameters and circumstances that it was rendered with. */
export interface AssetIdentities {
  readonly asset: string;
  readonly identities: readonly Identity[];
}

export interface ObjectChecks {
  /** Of objects that earlier releases left behind. */
  readonly tombstones: readonly Identity[];
  /** `<kind>.<group>` of kinds without namespaces; one that an identity of theirs names has no meaning. */
  readonly clusterScoped: ReadonlySet<string>;
}

/** The version is no part of it: an API server keeps one object for all versions of its kind. */
function keyOf({ apiVersion, kind, name, namespace }: Identity, clusterScoped: ReadonlySet<string>): string {
  const type = `${kind}.${groupOf(apiVersion)}`;
  return JSON.stringify([type, clusterScoped.has(type) ? "" : namespace, name]);
}

function describe({ kind, name, namespace }: Identity): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

function assetsByObject(
  rendered: readonly AssetIdentities[],
  clusterScoped: ReadonlySet<string>,
): ReadonlyMap<string, { readonly shown: string; readonly assets: ReadonlySet<string> }> {
  const found = new Map<string, { readonly shown: string; readonly assets: Set<string> }>();
  for (const { asset, identities } of rendered) {
    for (const identity of identities) {
      const key = keyOf(identity, clusterScoped);
      const known = found.get(key) ?? { shown: describe(identity), assets: new Set<string>() };
      known.assets.add(asset);
      found.set(key, known);
    }
  }
  return found;
}

/**
 * What is wrong with the objects of a catalog, seen together: two assets that render one object, of which each would
 * take the fields of the other away, since all are applied by one field manager; and an asset whose object is deleted
 * as one of an earlier release. Pure.
 */
export function validateObjects(
  rendered: readonly AssetIdentities[],
  { tombstones, clusterScoped }: ObjectChecks,
): readonly string[] {
  const buried = new Set(tombstones.map((identity) => keyOf(identity, clusterScoped)));
  return [...assetsByObject(rendered, clusterScoped)].flatMap(([key, { shown, assets }]) => [
    ...(assets.size > 1 ? [`${[...assets].join(" and ")} render the same object, ${shown}`] : []),
    ...(buried.has(key)
      ? [`${[...assets].join(" and ")}: ${shown} is a tombstone, and would be deleted each time`]
      : []),
  ]);
}
