import type { RunEvent } from "../events/run-event.ts";
import { typeOf } from "../events/run-event.ts";
import { aggregateMessage } from "../failure/aggregate.ts";
import { exitCodeOf, type Outcome, outcomeOf } from "../failure/exit-code.ts";
import type { Identity } from "../object/managed-object.ts";
import type { PoolRollout } from "../rollout/plan-rollout.ts";
import { countResults, type ResultCounts } from "../run/count-results.ts";
import type { AssetRecord, AssetResult, DriftedField, NotSelected, RunRecord } from "../run/run-record.ts";
import { type TombstoneDocument, tombstoneDocument } from "./catalog-documents.ts";
import { outcomeWords } from "./outcome-words.ts";
import { shownDrift } from "./shown-drift.ts";

/** One asset in the summary of a run. */
export interface AssetSummary {
  readonly asset: string;
  readonly identity?: Identity;
  readonly result: AssetResult;
  /** Which test an asset did not pass that is not for this run. */
  readonly reason?: NotSelected["reason"];
  /** The same, or why another one was left as it is, for people. */
  readonly details?: string;
  /** JSON pointers. */
  readonly driftPaths?: readonly string[];
  readonly diff?: readonly DriftedField[];
  readonly patchOps?: number;
  readonly ignored?: readonly string[];
  readonly error?: string;
  readonly durationMs: number;
}

/** A run for programs. */
export interface RunSummary {
  readonly runId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly dryRun: boolean;
  readonly outcome: Outcome;
  readonly exitCode: number;
  /** What failed, in one sentence. */
  readonly message?: string;
  readonly hco: RunRecord["hco"];
  readonly counts: ResultCounts;
  readonly assets: readonly AssetSummary[];
  readonly tombstones: readonly TombstoneDocument[];
  /** Pools whose nodes reboot for what was applied. */
  readonly rollouts: readonly PoolRollout[];
  readonly events: readonly (RunEvent & { readonly type: "Normal" | "Warning" })[];
  readonly advice: readonly string[];
}

function driftOf(record: AssetRecord): Pick<AssetSummary, "driftPaths" | "diff"> {
  const diff = shownDrift(record);
  return diff.length === 0 ? {} : { driftPaths: diff.map(({ path }) => path), diff };
}

function assetSummary(record: AssetRecord, isDryRun: boolean): AssetSummary {
  const { asset, identity, result, patchOperations, ignoredFields, durationMs } = record;
  const { reason: details } = outcomeWords(record, isDryRun);
  return {
    asset,
    ...(identity === undefined ? {} : { identity }),
    result,
    ...(record.result === "not-selected" ? { reason: record.reason } : {}),
    ...(record.result === "failed" || details === "" ? {} : { details }),
    ...driftOf(record),
    ...(patchOperations === undefined ? {} : { patchOps: patchOperations }),
    ...(ignoredFields.length === 0 ? {} : { ignored: ignoredFields }),
    ...(record.result === "failed" ? { error: record.error } : {}),
    durationMs,
  };
}

function messageOf(record: RunRecord): string | undefined {
  return "error" in record.ending ? record.ending.error : aggregateMessage(record);
}

/**
 * Everything of a run that a program may ask for, as one JSON document. Pure.
 *
 * @param events that were written
 */
export function runSummary(record: RunRecord, events: readonly RunEvent[]): RunSummary {
  const message = messageOf(record);
  return {
    runId: record.runId,
    startedAt: new Date(record.startedAt).toISOString(),
    finishedAt: new Date(record.finishedAt).toISOString(),
    dryRun: record.isDryRun,
    outcome: outcomeOf(record),
    exitCode: exitCodeOf(record),
    ...(message === undefined ? {} : { message }),
    hco: record.hco,
    counts: countResults(record),
    assets: record.assets.map((asset) => assetSummary(asset, record.isDryRun)),
    tombstones: record.tombstones.map(tombstoneDocument),
    rollouts: record.rollouts,
    events: events.map((event) => ({ ...event, type: typeOf(event.reason) })),
    advice: record.advice,
  };
}
