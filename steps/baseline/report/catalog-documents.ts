import { type Condition, describeCondition } from "../catalog/condition.ts";
import type { Identity } from "../object/managed-object.ts";
import type { TombstoneRecord } from "../run/run-record.ts";
import type { RenderableAsset, RenderReason, RenderRecord } from "./render-record.ts";

/** An asset that is not applied, as `exclusions.json` has it. */
export interface ExclusionDocument {
  readonly asset: string;
  readonly path: string;
  readonly component: string;
  readonly reason: NonNullable<RenderReason["test"]>;
  readonly details: string;
}

/** Every asset that is not wanted here or is taken out, and why. Pure. */
export function exclusionDocuments(records: readonly RenderRecord[]): readonly ExclusionDocument[] {
  return records.flatMap(({ asset, path, component, reason }) =>
    reason?.test === undefined ? [] : [{ asset, path, component, reason: reason.test, details: reason.details }],
  );
}

/** A tombstone, with what became of it where a run looked. */
export interface TombstoneDocument {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly path: string;
  readonly status?: TombstoneRecord["status"];
  readonly reason?: string;
}

/** Pure. */
export function tombstoneDocument(tombstone: {
  readonly identity: Identity;
  readonly path: string;
  readonly status?: TombstoneRecord["status"];
  readonly reason?: string;
}): TombstoneDocument {
  const { identity, path, status, reason } = tombstone;
  const { kind, name, namespace } = identity;
  return {
    kind,
    name,
    namespace,
    path,
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
  };
}

export interface ListedAsset extends RenderableAsset {
  readonly phase: number;
}

/** An entry of the catalog, as `assets.json` has it. */
export interface AssetDocument {
  readonly name: string;
  readonly group?: string;
  readonly path: string;
  readonly phase: number;
  readonly install: "always" | "opt-in";
  readonly component: string;
  readonly reconcileOrder: number;
  readonly conditions: readonly (Condition & { readonly text: string })[];
  readonly requiredCrd?: string;
  readonly gateCrd?: string;
}

/** Everything that the catalog knows, and what was derived of it. Pure. */
export function assetsDocument(
  assets: readonly ListedAsset[],
  tombstones: readonly TombstoneDocument[],
): { readonly assets: readonly AssetDocument[]; readonly tombstones: readonly TombstoneDocument[] } {
  return {
    assets: assets.map(
      ({ name, group, path, phase, install, component, reconcileOrder, conditions, requiredCrd, gateCrd }) => ({
        name,
        ...(group === undefined ? {} : { group }),
        path,
        phase,
        install,
        component,
        reconcileOrder,
        conditions: conditions.map((condition) => ({ ...condition, text: describeCondition(condition) })),
        ...(requiredCrd === undefined ? {} : { requiredCrd }),
        ...(gateCrd === undefined ? {} : { gateCrd }),
      }),
    ),
    tombstones,
  };
}
