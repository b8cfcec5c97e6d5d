import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { type CrdSight, type Selection, type SelectionContext, selectAssets } from "../catalog/select-assets.ts";
import { hcoCrd } from "../cluster/find-hco.ts";
import type { ContextDocument } from "./context-document.ts";

export type AskedAssets = Pick<SelectionContext, "activation" | "onlyAssets">;

const notLooked = "nobody looked for it when the context was collected";

/** The HyperConverged was read, so there is its CRD. One that was not looked at is neither there nor missing. */
function sightIn({ crds }: ContextDocument, name: string): CrdSight {
  if (name === hcoCrd) return "installed";
  const known = Object.hasOwn(crds, name) ? crds[name] : undefined;
  return known ?? { unreadable: notLooked };
}

/** What selection goes by in a cluster, of what was collected there. Pure. */
export function selectionContext(document: ContextDocument, asked: AskedAssets): SelectionContext {
  return { ...document, ...asked, crd: (name) => sightIn(document, name) };
}

/**
 * Which assets are wanted in a cluster, in the order in which they are reconciled. One whose look-up could not be read
 * fails: what it would render is not known. Reconciling and showing go this one way. Pure.
 */
export function selectInContext(
  assets: readonly LoadedAsset[],
  document: ContextDocument,
  asked: AskedAssets,
): readonly Selection<LoadedAsset>[] {
  return selectAssets(assets, selectionContext(document, asked)).map((one) => {
    const { unreadable = {} } = document;
    const reason = Object.hasOwn(unreadable, one.asset.name) ? unreadable[one.asset.name] : undefined;
    return one.state === "selected" && reason !== undefined ? { state: "failed", asset: one.asset, reason } : one;
  });
}
