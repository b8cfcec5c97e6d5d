import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { hcoCrd } from "../cluster/find-hco.ts";
import { groupOf } from "../object/api-version.ts";
import type { Identity } from "../object/managed-object.ts";

/** What was seen to change. `hco`: all assets are rendered from it. */
export type Touch =
  | { readonly what: "hco" }
  | { readonly what: "crd"; readonly crd: string }
  | { readonly what: "object"; readonly object: Identity };

/** The assets that a change concerns; `whole`: any. */
export type Touched = { readonly scope: "whole" } | { readonly scope: "touched"; readonly assets: readonly string[] };

type WatchedAsset = Pick<LoadedAsset, "name" | "kind" | "requiredCrd" | "gateCrd" | "entry">;

/** CRDs on whose presence or schema an asset depends. Pure. */
export function crdsOf({ requiredCrd, gateCrd, entry }: WatchedAsset): readonly string[] {
  const schemas = (entry.lookups ?? []).flatMap((lookup) => ("crd" in lookup ? [lookup.crd] : []));
  return [requiredCrd ?? [], gateCrd ?? [], schemas].flat();
}

function isOfKind({ kind }: WatchedAsset, object: Identity): boolean {
  return kind.kind === object.kind && groupOf(kind.apiVersion) === groupOf(object.apiVersion);
}

/** The asset that was rendered to the object last; of an object that none was, those that may become it. */
function assetsOf(
  object: Identity,
  assets: readonly WatchedAsset[],
  identities: Readonly<Record<string, Identity>>,
): readonly WatchedAsset[] {
  const last = ({ name }: WatchedAsset): Identity | undefined =>
    Object.hasOwn(identities, name) ? identities[name] : undefined;
  const ofKind = assets.filter((asset) => isOfKind(asset, object));
  const own = ofKind.filter((asset) => {
    const identity = last(asset);
    return identity?.name === object.name && identity.namespace === object.namespace;
  });
  return own.length > 0 ? own : ofKind.filter((asset) => last(asset) === undefined);
}

/**
 * Which assets a run looks at after these changes, in the order of the catalog. Pure.
 *
 * @param identities what each asset was rendered to last, by its name
 */
export function touchedAssets(
  touches: readonly Touch[],
  assets: readonly WatchedAsset[],
  identities: Readonly<Record<string, Identity>>,
): Touched {
  const concerned = new Set<WatchedAsset>();
  for (const touch of touches) {
    if (touch.what === "hco" || (touch.what === "crd" && touch.crd === hcoCrd)) return { scope: "whole" };
    const those =
      touch.what === "crd"
        ? assets.filter((asset) => crdsOf(asset).includes(touch.crd))
        : assetsOf(touch.object, assets, identities);
    for (const asset of those) concerned.add(asset);
  }
  const names = assets.filter((asset) => concerned.has(asset)).map(({ name }) => name);
  return { scope: "touched", assets: names };
}

/** A change in words, for the log. Pure. */
export function touchWords(touch: Touch): string {
  switch (touch.what) {
    case "hco":
      return "the HyperConverged";
    case "crd":
      return `CustomResourceDefinition ${touch.crd}`;
    case "object": {
      const { kind, namespace, name } = touch.object;
      return [kind, ...(namespace === "" ? [] : [namespace]), name].join("/");
    }
  }
}
