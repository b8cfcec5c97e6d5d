import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { switchoverError } from "../switchover-error.ts";
import {
  type FrozenParameters,
  type RunnablePhase,
  runnablePhases,
  type StateDocument,
  type StoredHub,
} from "./state-document.ts";

export interface StartRequest {
  readonly hubs: Readonly<Record<HubName, StoredHub>>;
  readonly parameters: FrozenParameters;
  readonly force: boolean;
  readonly staleHours: number;
  /** The old hub is declared down. Its id is then what the state says, or empty. */
  readonly primaryUnreachable?: boolean;
}

type ForceRequest = Pick<StartRequest, "force" | "staleHours">;

/** What a run does with the state that it found. */
export type StartDecision =
  | { readonly decision: "fresh"; readonly notice?: string }
  | { readonly decision: "resume"; readonly notice: string }
  | { readonly decision: "nothing-to-do"; readonly notice: string }
  | { readonly decision: "refuse"; readonly error: FairleadError };

export function refuse(
  id: string,
  text: { readonly what: string; readonly why: string; readonly fix: string },
): StartDecision {
  return { decision: "refuse", error: switchoverError(id, text, "refused") };
}

export function refuseDryRunState(): StartDecision {
  return refuse("SW-STATE-07", {
    what: "the state file is that of a dry run",
    why: "a dry run never writes here: the file was put here by hand",
    fix: "remove it, or start over with reset-state",
  });
}

/** Refuses the state of what is no switchover. */
export function compareOperation({ operation }: StateDocument): StartDecision | undefined {
  return operation === undefined || operation === "switchover"
    ? undefined
    : refuse("SW-ARGO-05", {
        what: `the state file is that of another operation, ${operation}`,
        why: "what that one paused or changed is known only there",
        fix: "give another operation-id",
      });
}

function hasProgress(state: StateDocument): boolean {
  return state.completed_steps.length > 0 || state.errors.length > 0 || state.current_phase !== "init";
}

/** Nobody knows the id of a hub that was down whenever it should have been asked. */
function isSameOldHub(stored: string, given: string): boolean {
  return stored === given || stored === "" || given === "";
}

function named(id: string): string {
  return id === "" ? "a hub that is down" : id;
}

/** Refuses the state of other hubs; one that holds no progress is replaced. */
export function compareHubs(state: StateDocument, request: Pick<StartRequest, "hubs">): StartDecision | undefined {
  const { primary, secondary } = state.hubs;
  if (isSameOldHub(primary.id, request.hubs.primary.id) && secondary.id === request.hubs.secondary.id) {
    return undefined;
  }
  if (!hasProgress(state)) {
    return { decision: "fresh", notice: "the state of other hubs held no progress and is replaced" };
  }
  const swapped = primary.id === request.hubs.secondary.id && secondary.id === request.hubs.primary.id;
  return refuse("SW-STATE-02", {
    what: "the state file belongs to other hubs",
    why: `it moves the fleet from ${named(primary.id)} to ${secondary.id}, this run from ${named(request.hubs.primary.id)} to ${request.hubs.secondary.id}`,
    fix: swapped ? "for the way back give another operation-id" : "give the right kubeconfigs, or another operation-id",
  });
}

/** With a hub that is down nothing can be done, whatever was meant to be. */
function isForced(key: keyof FrozenParameters, { primaryUnreachable, parameters }: StartRequest): boolean {
  return key === "oldHubAction" && primaryUnreachable === true && parameters.oldHubAction === "none";
}

function compareFrozen(state: StateDocument, request: StartRequest): StartDecision | undefined {
  const keys = ["method", "activationMethod", "oldHubAction", "clusterSelector"] as const;
  const frozenValue = (of: FrozenParameters, key: keyof FrozenParameters): string => of[key] ?? "";
  const changed =
    state.completed_steps.length === 0
      ? undefined
      : keys.find(
          (key) =>
            frozenValue(state.parameters, key) !== frozenValue(request.parameters, key) && !isForced(key, request),
        );
  return changed === undefined
    ? undefined
    : refuse("SW-STATE-03", {
        what: `the parameter ${changed} changed within one operation`,
        why: `the operation began with "${frozenValue(state.parameters, changed)}", this run says "${frozenValue(request.parameters, changed)}"`,
        fix: "give the first value to resume, or start over with reset-state and force: what was done so far is then forgotten",
      });
}

/** Not where nobody knows how old it is. */
function isRecent({ last_updated: at }: StateDocument, { staleHours }: ForceRequest, now: number): boolean {
  return (now - Date.parse(at)) / 3_600_000 <= staleHours;
}

function decideCompleted(state: StateDocument, request: StartRequest, now: number): StartDecision {
  if (isRecent(state, request, now)) {
    return { decision: "nothing-to-do", notice: `already completed at ${state.last_updated}, nothing was executed` };
  }
  if (startsOver(state, request, now)) {
    return { decision: "fresh", notice: "the completed state is old, and force starts over" };
  }
  return refuse("SW-STATE-04", {
    what: `this operation was completed at ${state.last_updated || "an unknown time"}`,
    why: `that is longer ago than ${request.staleHours} h: whether it is meant again cannot be told`,
    fix: "give another operation-id for a new switchover, or force to start this one over",
  });
}

function isRunnable(phase: string | undefined): phase is RunnablePhase {
  return (runnablePhases as readonly string[]).includes(phase ?? "");
}

function decideFailed(state: StateDocument, request: StartRequest, now: number): StartDecision {
  const last = state.errors.at(-1);
  if (last?.phase === "rollback") {
    return refuse("SW-STATE-05", {
      what: "a rollback of this operation failed",
      why: last.error,
      fix: "only the rollback may go on: start it again",
    });
  }
  if (isRunnable(last?.phase)) {
    return { decision: "resume", notice: `resuming ${last?.phase}; it failed last with: ${last?.error}` };
  }
  return startsOver(state, request, now)
    ? { decision: "fresh", notice: "the failed state names no phase to resume, and force starts over" }
    : refuse("SW-STATE-06", {
        what: "the state says failed, and not where",
        why: "no error with a phase that can be resumed is recorded",
        fix: "look at the state file; force starts over",
      });
}

/**
 * Whether force makes a switchover of its own of a run that finds this state: an old completed operation, or a failure
 * that names no phase. Nothing of the state may then spare a check. Pure. `now` is milliseconds since the epoch.
 */
export function startsOver(state: StateDocument, request: ForceRequest, now: number): boolean {
  if (!request.force) return false;
  if (state.current_phase === "completed") return !isRecent(state, request, now);
  const phase = state.errors.at(-1)?.phase;
  return state.current_phase === "failed" && phase !== "rollback" && !isRunnable(phase);
}

/**
 * What a switchover does with the state that it finds. Pure. `now` is milliseconds since the epoch.
 * In-progress phases never become stale.
 */
export function decideStart(state: StateDocument | undefined, request: StartRequest, now: number): StartDecision {
  if (state === undefined) {
    return { decision: "fresh" };
  }
  if (state.dry_run === true) {
    return refuseDryRunState();
  }
  const unfit = compareOperation(state) ?? compareHubs(state, request) ?? compareFrozen(state, request);
  if (unfit !== undefined) {
    return unfit;
  }
  switch (state.current_phase) {
    case "completed":
      return decideCompleted(state, request, now);
    case "failed":
      return decideFailed(state, request, now);
    case "rollback":
      return refuse("SW-STATE-11", {
        what: "this operation is being rolled back",
        why: "its phase is rollback: what the hubs still need is known only to that",
        fix: "only the rollback may go on: start it again",
      });
    case "rolled_back":
      return refuse("SW-STATE-08", {
        what: "this operation was rolled back",
        why: "its phase is rolled_back",
        fix: "give another operation-id for a new switchover, or start over with reset-state",
      });
    case "init":
      return hasProgress(state) ? { decision: "resume", notice: "resuming" } : { decision: "fresh" };
    default:
      return { decision: "resume", notice: `resuming in phase ${state.current_phase}` };
  }
}
