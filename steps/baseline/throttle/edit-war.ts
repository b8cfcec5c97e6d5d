import { type Bucket, type BucketLimits, returnToken, takeToken } from "./token-bucket.ts";

/** A correction of an object, by the fields that had drifted; the empty pointer where it was absent. */
export interface Correction {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly runId: string;
  readonly paths: readonly string[];
  /**
   * Version of the object on which it was to be written, empty for an absent one. There only until it is known what
   * became of it: a run that is killed leaves it behind.
   */
  readonly intendedOn?: string;
}

/** What is known of one object that somebody else may be changing all the time. */
export interface War {
  readonly consecutiveThrottles: number;
  /** It was told and counted that there is an edit war. */
  readonly episodeReported: boolean;
  /** Its Event has not been written yet, as far as is known. */
  readonly isUntold?: boolean;
  /** The object carries the marker that pauses it, by our own successful write. */
  readonly pauseMarked: boolean;
  /** It was absent when it was to be paused: there was nothing to mark. */
  readonly pausedAbsent: boolean;
  readonly corrections: readonly Correction[];
}

export interface WarLimits extends BucketLimits {
  /** Corrections of the same field within the window that make an edit war; 0 for never. */
  readonly repeatThreshold: number;
  readonly repeatWindowMs: number;
}

export const peace: War = {
  consecutiveThrottles: 0,
  episodeReported: false,
  pauseMarked: false,
  pausedAbsent: false,
  corrections: [],
};

/** Attempts in a row that find no token. */
const throttleThreshold = 3;

/** How the live object looks to who asks whether it is paused. */
export type PauseSight = "absent" | "marked" | "unmarked";

/**
 * - `paused`: nothing is done to the object. - `resumed`: its user wants it managed again; everything is forgotten.
 * - `not-paused`: goes on. A pause whose marker could not be written is none of these to a user: it goes on, and is tried again.
 */
export type PauseState = "paused" | "resumed" | "not-paused";

/** Whether an object is paused. One that was deleted while it was paused is resumed: its marker went with it. Pure. */
export function pauseState(war: War, sight: PauseSight): PauseState {
  switch (sight) {
    case "marked":
      return "paused";
    case "absent":
      if (war.pausedAbsent) return "paused";
      return war.pauseMarked ? "resumed" : "not-paused";
    case "unmarked":
      return war.pausedAbsent || war.pauseMarked ? "resumed" : "not-paused";
  }
}

/** A change that is about to be written. */
export interface Attempt {
  /** JSON pointers of what drifted; `[""]` where the object is absent. */
  readonly paths: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Gate =
  | { readonly state: "open"; readonly bucket: Bucket }
  | { readonly state: "throttled"; readonly bucket: Bucket; readonly war: War }
  /** The object is to be paused. `isNew`: it has not been told yet. */
  | { readonly state: "edit-war"; readonly bucket?: Bucket; readonly war: War; readonly isNew: boolean };

/** More are not stored: as many as a threshold can ask for, of them the newest. */
export const mostCorrections = 1000;
/** More fields of one correction are not stored. */
export const mostPaths = 10_000;

function withCorrection(corrections: readonly Correction[], correction: Correction): readonly Correction[] {
  return [...corrections, { ...correction, paths: correction.paths.slice(0, mostPaths) }].slice(-mostCorrections);
}

/** A clock that ran ahead for a while left corrections of a time to come, which would be recent until that has passed. */
function recent(war: War, { repeatWindowMs }: WarLimits, now: number): readonly Correction[] {
  return war.corrections.filter(({ at }) => Math.abs(now - at) <= repeatWindowMs);
}

function repeats(war: War, limits: WarLimits, { paths, now }: Attempt): number {
  return recent(war, limits, now).filter((correction) => correction.paths.some((path) => paths.includes(path))).length;
}

function editWar(war: War, bucket?: Bucket): Gate {
  const isNew = !war.episodeReported;
  const known = { ...war, episodeReported: true, ...(isNew ? { isUntold: true } : {}) };
  return { state: "edit-war", war: known, isNew, ...(bucket === undefined ? {} : { bucket }) };
}

/**
 * Whether a change may be written now: not where the same fields were corrected again and again, nor where the object has
 * no token left. Pure.
 */
export function passGate(war: War, bucket: Bucket | undefined, limits: WarLimits, attempt: Attempt): Gate {
  // It was an edit war before, and the marker could not be written.
  if (war.episodeReported) return editWar(war);
  if (limits.repeatThreshold > 0 && repeats(war, limits, attempt) >= limits.repeatThreshold) return editWar(war);
  const taken = takeToken(bucket, limits, attempt.now);
  if (taken.state === "allowed") return { state: "open", bucket: taken.bucket };
  const counted = { ...war, consecutiveThrottles: war.consecutiveThrottles + 1 };
  return counted.consecutiveThrottles < throttleThreshold
    ? { state: "throttled", bucket: taken.bucket, war: counted }
    : editWar(counted, taken.bucket);
}

/** Before a change is written to that version of the object, so that a run that is killed has counted it. Pure. */
export function beforeCorrection(
  war: War,
  { paths, now }: Attempt,
  { runId, version }: { readonly runId: string; readonly version: string },
): War {
  return { ...war, corrections: withCorrection(war.corrections, { at: now, runId, paths, intendedOn: version }) };
}

/** What is known of an object, by its war and its tokens. */
export interface Standing {
  readonly war: War;
  readonly bucket: Bucket | undefined;
}

/**
 * What a killed run meant to write, by what is there now: a version that nobody has written since was not written by that
 * run either, and its token comes back. Where the object was absent and still is, it may have been made and deleted since:
 * that counts. Pure.
 *
 * @param version of the live object, empty for an absent one
 */
export function settleIntent({ war, bucket }: Standing, limits: BucketLimits, version: string): Standing {
  const intended = war.corrections.filter(({ intendedOn }) => intendedOn !== undefined);
  if (intended.length === 0) return { war, bucket };
  const undone = new Set(intended.filter(({ intendedOn }) => intendedOn === version && version !== ""));
  const corrections = war.corrections
    .filter((one) => !undone.has(one))
    .map(({ intendedOn: _intendedOn, ...correction }) => correction);
  const isUndone = undone.size === intended.length;
  return {
    war: isUndone ? { ...war, corrections } : { ...peace, corrections },
    bucket: isUndone && bucket !== undefined ? returnToken(bucket, limits) : bucket,
  };
}

/** After a change was written. Pure. */
export function afterCorrection(war: War, limits: WarLimits, { paths, now }: Attempt, runId: string): War {
  return { ...peace, corrections: withCorrection(recent(war, limits, now), { at: now, runId, paths }) };
}
