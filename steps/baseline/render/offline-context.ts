import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { emptyHardware, emptyTopology } from "../context/empty-context.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { type Overrides, withOverrides } from "./overrides.ts";

/** What is known where no cluster is asked. At least one of `hco` and `context` is there. */
export interface OfflineFacts {
  readonly hco: ManagedObject;
  readonly context?: ContextDocument;
  /** Names of the installed CRDs; absent where nobody said. */
  readonly crds?: ReadonlySet<string>;
  readonly images: Readonly<Record<string, string>>;
  readonly overrides: Overrides;
}

function crdsOf(assets: readonly LoadedAsset[], installed: ReadonlySet<string> | undefined): ContextDocument["crds"] {
  const names = assets.flatMap(({ requiredCrd, gateCrd }) => [requiredCrd ?? [], gateCrd ?? []].flat());
  return Object.fromEntries(
    [...new Set(names)]
      .toSorted()
      .map((name) => [name, installed === undefined || installed.has(name) ? "installed" : "missing"]),
  );
}

/**
 * The context of a cluster that is not asked: that of a file, else one without nodes that has every CRD, or those that
 * are named, and that answers no look-up. Pure.
 */
export function offlineContext(assets: readonly LoadedAsset[], facts: OfflineFacts): ContextDocument {
  const { hco, context, crds, images, overrides } = facts;
  const detected = context ?? { hardware: emptyHardware, topology: emptyTopology };
  const known = context !== undefined && crds === undefined ? context.crds : crdsOf(assets, crds);
  return {
    schemaVersion: 1,
    lookups: {},
    ...context,
    hco,
    ...withOverrides(detected, overrides),
    images: { ...context?.images, ...images },
    crds: known,
  };
}
