import { outcomeOf } from "../failure/exit-code.ts";
import { observeDurations, statusOf } from "../metrics/asset-series.ts";
import { lastSuccess } from "../metrics/run-metrics.ts";
import { type BaselineState, objectKey, pruned } from "../state/baseline-state.ts";
import { missingCrds } from "./dependencies.ts";
import type { RunRecord } from "./run-record.ts";

/** A status that lasts keeps the time at which it began. */
function tombstonesAfter(record: RunRecord, before: BaselineState): BaselineState["tombstones"] {
  if (record.scope === "touched") return before.tombstones;
  return Object.fromEntries(
    record.tombstones.map((one) => {
      const [key, status] = [objectKey(one.identity), statusOf(one)];
      const known = Object.hasOwn(before.tombstones, key) ? before.tombstones[key] : undefined;
      return [key, known?.status === status ? known : { status, since: record.finishedAt }];
    }),
  );
}

/** A state as it is worth storing, in the middle of a run or after it. Pure. */
export function keptState(state: BaselineState, now: number): BaselineState {
  const known = new Set(Object.values(state.identities).map(objectKey));
  return pruned(state, (key) => known.has(key), now);
}

/** The Events of a run are written before its state. */
function told(wars: BaselineState["wars"]): BaselineState["wars"] {
  return Object.fromEntries(Object.entries(wars).map(([key, { isUntold: _isUntold, ...war }]) => [key, war]));
}

/** What a run leaves to the next one, once its Events are written. Pure. */
export function stateAfter(record: RunRecord, before: BaselineState): BaselineState {
  const success = lastSuccess(record, before);
  const after: BaselineState = {
    ...before,
    lastRun: {
      id: record.runId,
      startedAt: record.startedAt,
      finishedAt: record.finishedAt,
      outcome: outcomeOf(record),
    },
    ...(success === undefined ? {} : { lastSuccessAt: success }),
    wars: told(before.wars),
    durations: observeDurations(record.assets, before),
    missingCrds: missingCrds(record, before.missingCrds),
    tombstones: tombstonesAfter(record, before),
  };
  return keptState(after, record.finishedAt);
}
