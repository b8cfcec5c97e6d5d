import type { Identity } from "../object/managed-object.ts";
import type { AssetRecord, TombstoneRecord } from "../run/run-record.ts";
import { type BaselineState, objectKey } from "../state/baseline-state.ts";
import { type DurationHistogram, noDurations, observe } from "./duration-histogram.ts";
import { type HistogramSeries, type Labels, once, type Series } from "./exposition.ts";

/** An asset of this run, and the object that it is about. */
interface Measured {
  readonly record: AssetRecord;
  readonly identity: Identity;
  readonly key: string;
}

function labelsOf({ kind, name, namespace }: Identity): Labels {
  return { kind, name, namespace };
}

/**
 * The object that an asset's series are about: what it rendered, or, where it could not be rendered, what it rendered
 * last. An asset that was not selected, or renders nothing here, is about none.
 */
function identityFor(record: AssetRecord, { identities }: BaselineState): Identity | undefined {
  if (record.result === "not-selected" || record.result === "not-applicable") return undefined;
  if (record.identity !== undefined) return record.identity;
  if (record.result !== "failed") return undefined;
  return Object.hasOwn(identities, record.asset) ? identities[record.asset] : undefined;
}

function measured(records: readonly AssetRecord[], state: BaselineState): readonly Measured[] {
  return records.flatMap((record) => {
    const identity = identityFor(record, state);
    return identity === undefined ? [] : [{ record, identity, key: objectKey(identity) }];
  });
}

function isPaused(record: AssetRecord): boolean {
  return record.result === "paused" || (record.result === "failed" && record.cause === "edit-war" && record.isPaused);
}

/** 1 in place, 0 drifted or failed; nothing where nobody keeps the object. */
function compliance(record: AssetRecord): number | undefined {
  if (isPaused(record)) return undefined;
  if (record.result === "applied" || record.result === "unchanged") return 1;
  return record.result === "failed" ? 0 : undefined;
}

export interface AssetSeries {
  readonly compliance: readonly Series[];
  readonly paused: readonly Series[];
  readonly thrashings: readonly Series[];
  readonly customizations: readonly Series[];
  readonly durations: readonly HistogramSeries[];
}

function entry<T>(entries: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/**
 * The series of the assets of one run. Pure.
 *
 * @param state as the run leaves it: its counters, and what was known last of objects that were not looked at
 */
export function assetSeries(records: readonly AssetRecord[], state: BaselineState): AssetSeries {
  const all = measured(records, state);
  const each = (measure: (one: Measured) => number | undefined): readonly Series[] =>
    all.flatMap((one) => {
      const value = measure(one);
      return value === undefined ? [] : [{ labels: labelsOf(one.identity), value }];
    });
  const customizations = all.flatMap(({ identity, key }) =>
    (entry(state.customizations, key) ?? []).map((type) => ({ labels: { ...labelsOf(identity), type }, value: 1 })),
  );
  const durations = new Map(
    all.map(({ identity, key }) => [
      JSON.stringify(labelsOf(identity)),
      { labels: labelsOf(identity), histogram: entry(state.durations, key) ?? noDurations },
    ]),
  );
  return {
    compliance: once(
      each(({ record }) => compliance(record)),
      Math.min,
    ),
    paused: once(
      each(({ record }) => (isPaused(record) ? 1 : 0)),
      Math.max,
    ),
    thrashings: once(
      each(({ key }) => entry(state.thrashings, key) ?? 0),
      Math.max,
    ),
    customizations: once(customizations, Math.max),
    durations: [...durations.values()],
  };
}

/** The durations to store after a run: those of earlier ones with this run's added. Pure. */
export function observeDurations(
  records: readonly AssetRecord[],
  state: BaselineState,
): Readonly<Record<string, DurationHistogram>> {
  const durations = { ...state.durations };
  for (const { key, record } of measured(records, state)) {
    durations[key] = observe(entry(durations, key), record.durationMs / 1000);
  }
  return durations;
}

const tombstoneStatus: Readonly<Record<TombstoneRecord["status"], number>> = {
  gone: 0,
  deleted: 0,
  pending: 1,
  failed: -1,
  skipped: -2,
};

/** 0 gone, 1 held by a finalizer, −1 failed, −2 left alone, as metrics and the stored state have it. Pure. */
export function statusOf({ status }: Pick<TombstoneRecord, "status">): number {
  return tombstoneStatus[status];
}

/** Pure. */
export function tombstoneSeries(tombstones: readonly TombstoneRecord[]): readonly Series[] {
  const series = tombstones.map((one) => ({ labels: labelsOf(one.identity), value: statusOf(one) }));
  // Of two with one name, one that fails hides none that does.
  return once(series, (...values) => values.find((value) => value !== 0) ?? 0);
}
