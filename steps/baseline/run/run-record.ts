import type { AssetEvent } from "../asset/asset-event.ts";
import type { Difference } from "../drift/differences.ts";
import type { RunEvent } from "../events/run-event.ts";
import type { Identity } from "../object/managed-object.ts";
import type { PoolRollout } from "../rollout/plan-rollout.ts";

/**
 * At which step an asset failed; `selection`: whether it is wanted could not be judged. `state`: what is counted before a
 * write could not be stored.
 */
export type FailedStep =
  | "selection"
  | "render"
  | "read"
  | "ignored-fields"
  | "dry-run"
  | "namespace"
  | "state"
  | "apply";

/** Why an asset is not for this cluster, or not for this run. */
export type NotSelected =
  | { readonly reason: "not-in-allowlist" }
  | { readonly reason: "conditions-not-met"; readonly unmet: readonly string[] }
  | { readonly reason: "crd-missing" | "gate-crd-missing"; readonly crd: string };

/**
 * What became of an asset.
 * - `applied`: written; `existed`: it was a correction, and no creation. - `excluded`: by a rule on the HyperConverged.
 * - `not-applicable`: it renders nothing here. - `throttled`, `edit-war`: failed, since somebody else keeps changing the
 *   object; `isPaused`: the pause is marked. - `failed`: at `step`.
 */
export type AssetOutcome =
  | { readonly result: "applied"; readonly existed: boolean }
  | { readonly result: "unchanged" | "excluded" | "unmanaged" | "paused" | "not-applicable" }
  | { readonly result: "namespace-missing"; readonly namespace: string }
  | ({ readonly result: "not-selected" } & NotSelected)
  | { readonly result: "failed"; readonly cause: "step"; readonly step: FailedStep; readonly error: string }
  | { readonly result: "failed"; readonly cause: "throttled"; readonly error: string }
  | { readonly result: "failed"; readonly cause: "edit-war"; readonly error: string; readonly isPaused: boolean };

export type AssetResult = AssetOutcome["result"];

/** A field that drifted, and who owns it by the server's record. */
export interface DriftedField extends Difference {
  readonly owners: readonly string[];
}

interface AssetFacts {
  readonly asset: string;
  /** Of its file. */
  readonly path: string;
  readonly component: string;
  /** What it rendered; absent where it was not rendered, or could not be. */
  readonly identity?: Identity;
  /** What was found to differ, corrected or not. */
  readonly drift: readonly DriftedField[];
  /** Operations of its user's patch that were applied; absent without one. */
  readonly patchOperations?: number;
  /** JSON pointers of the fields that its user keeps. */
  readonly ignoredFields: readonly string[];
  /** The annotation that its user has to correct, and on which object; absent where none made the asset fail. */
  readonly wrongAnnotation?: string;
  readonly events: readonly AssetEvent[];
  readonly durationMs: number;
}

/** One asset in one run. */
export type AssetRecord = AssetFacts & AssetOutcome;

/** What became of an object of an earlier release. `pending`: it is being deleted, and a finalizer keeps it. */
export type TombstoneRecord = {
  readonly identity: Identity;
  readonly path: string;
} & (
  | { readonly status: "gone" | "deleted" | "pending" }
  | { readonly status: "skipped" | "failed"; readonly reason: string }
);

/** A CRD that assets of this run need, each by its real kind and version. */
export interface Dependency {
  readonly crd: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly isMissing: boolean;
  /** The assets that need it. */
  readonly assets: readonly string[];
}

/**
 * How much of the baseline a run looks at. `whole`: all that the HyperConverged wants. `listed`: of that, what the run
 * was restricted to. `touched`: of that, what was seen to change just before.
 */
export type RunScope = "whole" | "listed" | "touched";

/** How far a run came. `completed`: it went through its assets, whatever became of them. */
export type Ending =
  | { readonly ending: "completed" | "disabled" | "hco-not-found" }
  | { readonly ending: "precondition-missing"; readonly crd: string }
  | { readonly ending: "locked"; readonly holder: string }
  | { readonly ending: "invalid-input" | "interrupted" | "error"; readonly error: string };

/** Everything that one run has to tell; reports, metrics, Events and the exit code are made of it alone. */
export interface RunRecord {
  readonly runId: string;
  /** Times are ms since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Nothing was written: `applied` is what would be. */
  readonly isDryRun: boolean;
  readonly scope: RunScope;
  readonly ending: Ending;
  readonly hco: { readonly namespace: string; readonly name: string; readonly generation?: number };
  /** In the order in which they were reconciled, those that were not selected among them. */
  readonly assets: readonly AssetRecord[];
  readonly tombstones: readonly TombstoneRecord[];
  readonly dependencies: readonly Dependency[];
  /** Nodes that get a new configuration by what was applied, and so reboot. */
  readonly rollouts: readonly PoolRollout[];
  /** What is told of the run itself; that of assets, tombstones and CRDs is told by them. */
  readonly events: readonly RunEvent[];
  /** For who runs the platform: what a change will cause, what works against another setting. */
  readonly advice: readonly string[];
}
