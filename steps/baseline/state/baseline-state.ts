import type { Customization } from "../asset/desired-state.ts";
import type { DurationHistogram } from "../metrics/duration-histogram.ts";
import type { Identity } from "../object/managed-object.ts";
import type { War } from "../throttle/edit-war.ts";
import { type Bucket, isIdle } from "../throttle/token-bucket.ts";

/** What one run leaves to the next. Times are ms since the epoch; objects are known by {@link objectKey}. */
export interface BaselineState {
  readonly schemaVersion: 1;
  readonly lastRun?: {
    readonly id: string;
    readonly startedAt: number;
    readonly finishedAt: number;
    readonly outcome: string;
  };
  /** When a run last ended without a failure. */
  readonly lastSuccessAt?: number;
  readonly buckets: Readonly<Record<string, Bucket>>;
  readonly wars: Readonly<Record<string, War>>;
  /** Edit wars so far: a counter that must not go back between runs. */
  readonly thrashings: Readonly<Record<string, number>>;
  /** How long objects took so far: counters as well. */
  readonly durations: Readonly<Record<string, DurationHistogram>>;
  /** By asset: what it rendered last, to say of what object a failed rendering is about. */
  readonly identities: Readonly<Record<string, Identity>>;
  readonly customizations: Readonly<Record<string, readonly Customization[]>>;
  /** CRDs that the last run missed. */
  readonly missingCrds: readonly string[];
  readonly tombstones: Readonly<Record<string, { readonly status: number; readonly since: number }>>;
}

export const emptyState: BaselineState = {
  schemaVersion: 1,
  buckets: {},
  wars: {},
  thrashings: {},
  durations: {},
  identities: {},
  customizations: {},
  missingCrds: [],
  tombstones: {},
};

/** `KubeDescheduler/openshift-kube-descheduler-operator/cluster`, or `MachineConfig/90-worker-swap-online`. Pure. */
export function objectKey({ kind, namespace, name }: Identity): string {
  return [kind, ...(namespace === "" ? [] : [namespace]), name].join("/");
}

// A ConfigMap holds 1 MiB, its metadata included.
const maxBytes = 900 * 1024;

function kept<T>(
  entries: Readonly<Record<string, T>>,
  isKept: (key: string, value: T) => boolean,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).filter(([key, value]) => isKept(key, value)));
}

function isAtPeace({ consecutiveThrottles, episodeReported, pauseMarked, pausedAbsent, corrections }: War): boolean {
  const isQuiet = consecutiveThrottles === 0 && corrections.length === 0;
  return isQuiet && !episodeReported && !pauseMarked && !pausedAbsent;
}

function lastCorrection({ corrections }: War): number {
  return Math.max(0, ...corrections.map(({ at }) => at));
}

/** The state without the history of the object whose last correction is the longest ago; the same where there is none. */
function withoutOldestHistory(state: BaselineState): BaselineState {
  const withHistory = Object.entries(state.wars).filter(([, { corrections }]) => corrections.length > 0);
  const [oldest] = withHistory.toSorted(([, one], [, other]) => lastCorrection(one) - lastCorrection(other));
  if (oldest === undefined) return state;
  const [key, war] = oldest;
  return { ...state, wars: { ...state.wars, [key]: { ...war, corrections: [] } } };
}

/**
 * The state as it is worth keeping: without buckets that are full again and wars that are over, and small enough for a
 * ConfigMap. Pure.
 *
 * @param isKnown whether an object belongs to the catalog
 * @param now ms since the epoch
 */
export function pruned(state: BaselineState, isKnown: (key: string) => boolean, now: number): BaselineState {
  let small: BaselineState = {
    ...state,
    buckets: kept(state.buckets, (_key, bucket) => !isIdle(bucket, now)),
    wars: kept(state.wars, (key, war) => !isAtPeace(war) && (isKnown(key) || state.buckets[key] !== undefined)),
    thrashings: kept(state.thrashings, (key) => isKnown(key)),
    durations: kept(state.durations, (key) => isKnown(key)),
    customizations: kept(state.customizations, (key) => isKnown(key)),
  };
  while (Buffer.byteLength(JSON.stringify(small)) > maxBytes) {
    const smaller = withoutOldestHistory(small);
    if (smaller === small) break;
    small = smaller;
  }
  return small;
}
