import { cutText } from "../events/cut-text.ts";
import { disabledResources } from "../exclusion/read-rules.ts";
import { marker } from "../markers/marker-keys.ts";
import type { Identity } from "../object/managed-object.ts";
import { objectKey } from "../state/baseline-state.ts";
import type { War, WarLimits } from "../throttle/edit-war.ts";
import type { AssetEvent } from "./asset-event.ts";

/** How far an object that is fought over is paused. `absent`: in the state alone. `refused`: the marker was not written. */
export type Pause = { readonly state: "marked" | "absent" } | { readonly state: "refused"; readonly reason: string };

// The note of an Event holds 1024 bytes (events.k8s.io/v1, Kubernetes 1.35), and a key alone can have 381 of them.
const longestObject = 128;
const longestReason = 200;

/** `30 min`, `90 s`. */
function span(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}

/** Empty where nothing is known: of a state that grows too large the oldest history goes first. */
function attempts(
  { corrections, consecutiveThrottles }: War,
  { capacity, windowMs, repeatWindowMs }: WarLimits,
): string {
  const last = Math.max(...corrections.map(({ at }) => at));
  const recent = corrections.filter(({ at }) => last - at <= repeatWindowMs).length;
  const done = `${recent} ${recent === 1 ? "correction" : "corrections"} within ${span(repeatWindowMs)}`;
  const refused = `${consecutiveThrottles} that were refused (more than ${capacity} within ${span(windowMs)})`;
  const known = [...(recent === 0 ? [] : [done]), ...(consecutiveThrottles === 0 ? [] : [refused])];
  return known.length === 0 ? "" : `, after ${known.join(" and ")}`;
}

/** What has happened, and what ends it. */
function noteOf(identity: Identity, after: string, pause: Pause): string {
  const object = cutText(`${identity.kind} ${identity.name}`, longestObject);
  const changed = `somebody else keeps changing ${object}${after}`;
  const find = "find who writes it in its managedFields";
  const leave = `or set ${marker.mode} to unmanaged to leave it to them`;
  switch (pause.state) {
    case "marked":
      return `${changed}, so it is paused by ${marker.reconcilePaused}: ${find}, then remove the annotation; ${leave}`;
    case "absent":
      return `somebody keeps deleting ${object}${after}; with nothing to annotate, it is paused in the state alone: find who deletes it, then resume it by \`fairlead baseline resume --resource ${objectKey(identity)}\` (operation resume) or make it; or exclude it by ${disabledResources}`;
    case "refused": {
      const why = cutText(pause.reason.replaceAll(/\s+/g, " "), longestReason);
      return `${changed}, and it could not be paused by ${marker.reconcilePaused}, which the next run tries again (${why}): ${find}; ${leave}`;
    }
  }
}

/** Tells of an edit war, once: what was tried, how far the object is paused, and what its user can do. Pure. */
export function thrashing({
  identity,
  war,
  limits,
  pause,
}: {
  readonly identity: Identity;
  readonly war: War;
  readonly limits: WarLimits;
  readonly pause: Pause;
}): AssetEvent {
  return { reason: "ThrashingDetected", note: noteOf(identity, attempts(war, limits), pause) };
}
