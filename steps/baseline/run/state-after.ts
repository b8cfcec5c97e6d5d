import { stoppedBy } from "../failure/aggregate.ts";
import { outcomeOf } from "../failure/exit-code.ts";
import { observeDurations, statusOf } from "../metrics/asset-series.ts";
import { lastSuccess } from "../metrics/run-metrics.ts";
import type { Identity } from "../object/managed-object.ts";
import { type BaselineState, objectKey, pruned } from "../state/baseline-state.ts";
import { isIdle } from "../throttle/token-bucket.ts";
import { missingCrds } from "./dependencies.ts";
import type { RunRecord } from "./run-record.ts";

/** A status that lasts keeps the time at which it began. */
function tombstonesAfter(record: RunRecord, before: BaselineState): BaselineState["tombstones"] {
  if (record.scope === "touched") return before.tombstones;
  // One that did not come to its end may not have come to all of them.
  const others = record.ending.ending === "completed" ? {} : before.tombstones;
  const these = Object.fromEntries(
    record.tombstones.map((one) => {
      const [key, status] = [objectKey(one.identity), statusOf(one)];
      const known = Object.hasOwn(before.tombstones, key) ? before.tombstones[key] : undefined;
      return [key, known?.status === status ? known : { status, since: record.finishedAt }];
    }),
  );
  return { ...others, ...these };
}

/**
 * Without the objects of assets that this release does not have, which a run that came to its end knows: in an hour, that
 * a release which is rolled back finds what it left.
 */
function identitiesAfter(record: RunRecord, { identities, buckets }: BaselineState): BaselineState["identities"] {
  if (record.ending.ending !== "completed" || stoppedBy(record) !== undefined) return identities;
  const names = new Set(record.assets.map(({ asset }) => asset));
  const isRecent = (identity: Identity): boolean => {
    const bucket = buckets[objectKey(identity)];
    return bucket !== undefined && !isIdle(bucket, record.finishedAt);
  };
  return Object.fromEntries(
    Object.entries(identities).filter(([asset, identity]) => names.has(asset) || isRecent(identity)),
  );
}

/** A state as it is worth storing, in the middle of a run or after it. Pure. */
export function keptState(state: BaselineState, now: number): BaselineState {
  const known = new Set(Object.values(state.identities).map(objectKey));
  return pruned(state, (key) => known.has(key), now);
}

function toldKeys({ assets }: RunRecord): ReadonlySet<string> {
  const told = assets.filter(({ events }) => events.some(({ reason }) => reason === "ThrashingDetected"));
  return new Set(told.flatMap(({ identity }) => (identity === undefined ? [] : [objectKey(identity)])));
}

/** The Events of a run are written before its state; a war that it does not tell of is left for a later one to tell. */
function told(wars: BaselineState["wars"], record: RunRecord): BaselineState["wars"] {
  const keys = toldKeys(record);
  return Object.fromEntries(
    Object.entries(wars).map(([key, war]) => {
      const { isUntold: _isUntold, ...known } = war;
      return [key, keys.has(key) ? known : war];
    }),
  );
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
    wars: told(before.wars, record),
    identities: identitiesAfter(record, before),
    durations: observeDurations(record.assets, before),
    missingCrds: missingCrds(record, before.missingCrds),
    tombstones: tombstonesAfter(record, before),
  };
  return keptState(after, record.finishedAt);
}
