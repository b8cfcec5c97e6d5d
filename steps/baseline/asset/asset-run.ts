import type { Clock } from "../../lib/clock/clock.ts";
import { requiredCrd } from "../catalog/crd-name.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Namespaces } from "../cluster/namespaces.ts";
import type { ContextDocument } from "../context/context-document.ts";
import type { ExclusionRule } from "../exclusion/read-rules.ts";
import type { Identity } from "../object/managed-object.ts";
import type { NodeChanges } from "../rollout/node-changes.ts";
import type { AssetOutcome, AssetRecord, FailedStep } from "../run/run-record.ts";
import type { RunState } from "../run/run-state.ts";
import type { WarLimits } from "../throttle/edit-war.ts";

/** What reconciling one asset needs of its run. */
export interface AssetRun {
  readonly runId: string;
  readonly cluster: Cluster;
  readonly namespaces: Namespaces;
  /** Gathers what reboots nodes. */
  readonly nodes: NodeChanges;
  readonly clock: Clock;
  readonly state: RunState;
  readonly limits: WarLimits;
  readonly rules: readonly ExclusionRule[];
  readonly document: Pick<ContextDocument, "hco" | "lookups">;
  /** Nothing is written, and no token taken. */
  readonly isDryRun: boolean;
}

/** What is found out of an asset on the way to what became of it. */
export type Findings = Pick<AssetRecord, "drift" | "ignoredFields" | "events"> &
  Pick<Partial<AssetRecord>, "identity" | "patchOperations" | "wrongAnnotation">;

export type Settled = Findings & AssetOutcome;

export const nothingFound: Findings = { drift: [], ignoredFields: [], events: [] };

/** Pure. */
export function failedAt(step: FailedStep, error: string, found: Findings): Settled {
  return { ...found, result: "failed", cause: "step", step, error };
}

/** The cluster does not serve the object's kind, or does no longer: nothing that anybody has to mend. Pure. */
export function noSuchApi({ apiVersion, kind }: Identity, found: Findings): Settled {
  const crd = requiredCrd(apiVersion, kind) ?? `${kind} of ${apiVersion}`;
  return { ...found, result: "not-selected", reason: "crd-missing", crd };
}

/** Pure. */
export function recordOf(asset: LoadedAsset, settled: Settled, durationMs: number): AssetRecord {
  return { asset: asset.name, path: asset.path, component: asset.component, durationMs, ...settled };
}
