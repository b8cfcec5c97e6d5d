import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { manager } from "../markers/marker-keys.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { cutText, shortHash } from "./cut-text.ts";
import { type RunEvent, typeOf } from "./run-event.ts";

// Limits of events.k8s.io/v1 (Kubernetes 1.35), in bytes.
const longestWord = 128;
const longestNote = 1024;

/** The HyperConverged that all Events are about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface EventOrigin {
  readonly regarding: Regarding;
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What was told later was told by a run that was killed before it could store that; ms since the epoch. */
  readonly toldSince?: number;
}

/**
 * What is to be written of an Event: a new one, or one more sight of one that is there, as a JSON merge patch. `none`: it
 * was told already.
 */
export type EventWrite =
  | { readonly write: "none" }
  | { readonly write: "create"; readonly object: ManagedObject }
  | { readonly write: "patch"; readonly name: string; readonly namespace: string; readonly patch: JsonObject };

/** MicroTime has six digits. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace(/Z$/, "000Z");
}

/**
 * The name that an Event has in every run. It differs between two HyperConvergeds of one name, since whom an Event is
 * about cannot be changed (Kubernetes 1.35). Pure.
 */
export function eventName({ reason, target }: Pick<RunEvent, "reason" | "target">, uid: string): string {
  return `${manager}-${reason.toLowerCase()}-${shortHash([reason, target, uid].join("\n"), 16)}`;
}

function newEvent(event: RunEvent, { regarding, runId, now }: EventOrigin): ManagedObject {
  const { apiVersion, kind, namespace, name, uid } = regarding;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: eventName(event, uid), namespace },
    eventTime: microTime(now),
    reportingController: manager,
    reportingInstance: cutText(runId, longestWord),
    // What aggregates Events takes two of one reason and action for one: the target keeps them apart.
    action: cutText(`${event.reason} ${event.target}`, longestWord),
    reason: cutText(event.reason, longestWord),
    regarding: { apiVersion, kind, namespace, name, uid },
    note: cutText(event.note, longestNote),
    type: typeOf(event.reason),
  };
}

function countOf(series: Json | undefined): number {
  const count = isJsonObject(series) ? member(series, "count") : undefined;
  return typeof count === "number" ? count : 1;
}

function lastTold(existing: JsonObject): number {
  const series = member(existing, "series");
  const last = isJsonObject(series) ? member(series, "lastObservedTime") : member(existing, "eventTime");
  return Date.parse(String(last));
}

/**
 * How an Event is written: anew, or as one more of the series that is there already. Of one that is there nothing else
 * may change (events.k8s.io/v1, Kubernetes 1.35): its note stays that of the first run. Pure.
 *
 * @param existing the Event of that name; absent where there is none, or none any more
 */
export function eventWrite(event: RunEvent, existing: JsonObject | undefined, origin: EventOrigin): EventWrite {
  if (existing === undefined) return { write: "create", object: newEvent(event, origin) };
  if (origin.toldSince !== undefined && lastTold(existing) > origin.toldSince) return { write: "none" };
  const { namespace, uid } = origin.regarding;
  const series = { count: countOf(member(existing, "series")) + 1, lastObservedTime: microTime(origin.now) };
  return { write: "patch", name: eventName(event, uid), namespace, patch: { series } };
}
