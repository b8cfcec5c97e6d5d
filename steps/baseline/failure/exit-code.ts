import { isFailed } from "../run/count-results.ts";
import type { RunRecord } from "../run/run-record.ts";

/** Exit codes of the area. What a run found and bore (missing CRDs, tombstones that stay) is no failure. */
export const baselineExit = {
  done: 0,
  /** An unexpected error, an API that cannot be reached, an interruption. */
  error: 1,
  invalidInput: 2,
  /** At least one asset failed. */
  assetsFailed: 3,
  /** What is committed is not what would be generated. */
  different: 4,
  preconditionMissing: 5,
  locked: 6,
} as const;

export type BaselineExit = (typeof baselineExit)[keyof typeof baselineExit];

/** How a run ended, in one word for results and reports. */
export type Outcome =
  | "ok"
  | "changed"
  | "degraded"
  | "failed"
  | "disabled"
  | "hco-not-found"
  | "precondition-missing"
  | "locked";

type Told = Pick<RunRecord, "ending" | "assets" | "tombstones">;

function outcomeOfAssets({ assets, tombstones }: Told): Outcome {
  if (assets.some(isFailed)) return "failed";
  if (tombstones.some(({ status }) => status === "failed" || status === "skipped")) return "degraded";
  const isChanged =
    assets.some(({ result }) => result === "applied") || tombstones.some(({ status }) => status === "deleted");
  return isChanged ? "changed" : "ok";
}

/** Pure. */
export function outcomeOf(record: Told): Outcome {
  const { ending } = record.ending;
  switch (ending) {
    case "completed":
      return outcomeOfAssets(record);
    case "disabled":
    case "hco-not-found":
    case "precondition-missing":
    case "locked":
      return ending;
    case "invalid-input":
    case "interrupted":
    case "error":
      return "failed";
  }
}

/** Pure. */
export function exitCodeOf(record: Told): BaselineExit {
  switch (record.ending.ending) {
    case "completed":
      return record.assets.some(isFailed) ? baselineExit.assetsFailed : baselineExit.done;
    case "disabled":
    case "hco-not-found":
      return baselineExit.done;
    case "invalid-input":
      return baselineExit.invalidInput;
    case "precondition-missing":
      return baselineExit.preconditionMissing;
    case "locked":
      return baselineExit.locked;
    case "interrupted":
    case "error":
      return baselineExit.error;
  }
}
