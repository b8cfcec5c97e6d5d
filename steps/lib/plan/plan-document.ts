import type { PlannedChange } from "../phase/types.ts";
import { planDigest } from "./plan-digest.ts";

/**
 * The plan of a dry run for programs. `schemaVersion` follows Semantic Versioning: a reader of 1.x may rely on each field
 * of 1.0 and must pass over fields that it does not know.
 */
export interface PlanDocument {
  readonly schemaVersion: "1.1";
  readonly operation: string;
  readonly operationId: string;
  readonly runName: string;
  readonly toolVersion: string;
  /** ISO-8601 UTC. Live state may have changed since. */
  readonly plannedAt: string;
  /** The clusters by the names that the entries use. */
  readonly hubs: Readonly<Record<string, { readonly id: string; readonly api: string }>>;
  /** `sha256:…`, see `planDigest`: what an approval repeats. Since 1.1. */
  readonly digest: string;
  /** The steps that the settings do not rule out: each of them may act on what the steps before it leave. Since 1.1. */
  readonly steps: readonly string[];
  readonly counts: Readonly<Record<PlannedChange["verb"], number>>;
  /** In the order in which the real run acts. */
  readonly entries: readonly PlanEntry[];
}

/** One write, one wait, or (`later`) the note that a step is planned on once its first writes are done. */
export interface PlanEntry {
  readonly phase: string;
  readonly step: string;
  /** Key of `hubs`; several, separated by commas, for a wait on both. */
  readonly hub: string;
  readonly verb: PlannedChange["verb"];
  /** As `kubectl get` understands it; the title of a wait. */
  readonly object: string;
  readonly summary: string;
  readonly group?: string;
  readonly version?: string;
  /** `statefulsets/scale` form for a subresource. */
  readonly resource?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** RFC 7396, exactly as it is sent. */
  readonly patch?: unknown;
  /** The fields that the write names, as they are; `null` where the object is not there; absent where it was not read. */
  readonly before?: unknown;
  /** The same fields afterwards; `null` for a deletion. */
  readonly after?: unknown;
  /** What the API server said to the same request with `dryRun=All`: `accepted`, `refused: …`, `not asked: …`. */
  readonly server?: string;
  /** Texts in this entry that each run makes up anew, such as a time; the digest passes over them. Since 1.1. */
  readonly madeUp?: readonly string[];
  /** Only asks the server and changes nothing in a real run either. */
  readonly probe?: true;
}

export interface PlanSubject {
  readonly operation: string;
  readonly operationId: string;
  readonly runName: string;
  readonly toolVersion: string;
  readonly plannedAt: string;
  readonly hubs: PlanDocument["hubs"];
}

function entryOf({ target, body, write, ...rest }: PlannedChange): PlanEntry {
  return {
    phase: rest.phase,
    step: rest.step,
    hub: target,
    verb: rest.verb,
    object: rest.object,
    summary: rest.summary,
    ...write,
    ...(rest.verb === "merge-patch" ? { patch: body } : {}),
    ...("before" in rest ? { before: rest.before } : {}),
    ...("after" in rest ? { after: rest.after } : {}),
    ...(rest.server === undefined ? {} : { server: rest.server }),
    ...(rest.madeUp === undefined ? {} : { madeUp: rest.madeUp }),
  };
}

/** What a dry run planned. */
export interface Planned {
  readonly plan: readonly PlannedChange[];
  /** See {@link PlanDocument}. */
  readonly steps: readonly string[];
}

/** The document of what a dry run planned. Pure. */
export function planDocument(subject: PlanSubject, { plan, steps }: Planned): PlanDocument {
  const counts = { create: 0, "merge-patch": 0, replace: 0, delete: 0, wait: 0, later: 0 };
  for (const { verb } of plan) counts[verb] += 1;
  const entries = plan.map(entryOf);
  const digest = planDigest({ operation: subject.operation, hubs: subject.hubs, steps, entries });
  return { schemaVersion: "1.1", ...subject, digest, steps, counts, entries };
}
