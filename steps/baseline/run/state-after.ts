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

/** What a run leaves to the next one. Pure. */
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
    durations: observeDurations(record.assets, before),
    missingCrds: missingCrds(record, before.missingCrds),
    tombstones: tombstonesAfter(record, before),
  };
  const known = new Set(Object.values(after.identities).map(objectKey));
  return pruned(after, (key) => known.has(key), record.finishedAt);
}
