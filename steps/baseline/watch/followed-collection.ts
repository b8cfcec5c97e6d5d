import type { WatchEvent } from "../../lib/kube/types.ts";
import type { Touch } from "./touch.ts";

/** One object of a collection that is followed: small, however large the object is. */
export interface Sight {
  /** Of the object in its collection. */
  readonly key: string;
  /** Changes with the object, see `objectFingerprint`. */
  readonly fingerprint: string;
  readonly touch: Touch;
}

/**
 * Tells what changes in a collection from one event of its watch to the next. A server sends an object again for its
 * status, and everything anew after a cut: neither is a change.
 */
export class FollowedCollection {
  #known: ReadonlyMap<string, Sight> | undefined;

  /** What of it is a change. The first look at the collection is none: a run that follows it sees all there is. */
  see(event: WatchEvent<Sight>): readonly Touch[] {
    const before = this.#known;
    const after = afterEvent(before ?? new Map(), event);
    this.#known = after;
    return before === undefined ? [] : changes(before, after);
  }
}

function afterEvent(before: ReadonlyMap<string, Sight>, event: WatchEvent<Sight>): ReadonlyMap<string, Sight> {
  if (event.type === "replaced") return new Map(event.items.map((sight) => [sight.key, sight]));
  const after = new Map(before);
  if (event.type === "deleted") after.delete(event.object.key);
  else after.set(event.object.key, event.object);
  return after;
}

function changes(before: ReadonlyMap<string, Sight>, after: ReadonlyMap<string, Sight>): readonly Touch[] {
  const gone = [...before.values()].filter(({ key }) => !after.has(key));
  const differing = [...after.values()].filter(({ key, fingerprint }) => before.get(key)?.fingerprint !== fingerprint);
  return [...gone, ...differing].map(({ touch }) => touch);
}
