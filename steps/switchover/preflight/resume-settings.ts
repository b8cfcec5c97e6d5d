import type { Clock } from "../../lib/clock/clock.ts";
import { loadState } from "../operation/load-state.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { hasRemovedPassive } from "../phases/activation/passive-snapshot.ts";
import { startsOver } from "../state/decide-start.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { StateDocument } from "../state/state-document.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { PreflightScope, PreflightSettings } from "./settings.ts";

export type ResumeSettings = Pick<
  PreflightSettings,
  "scope" | "savedSchedules" | "activatedRestoreUid" | "activationMarker" | "remakesPassiveRestore"
>;

/** Which checks an operation repeats, from how far it has come. Pure. */
export function resumeScope(document: Pick<StateDocument, "completed_steps"> | undefined): PreflightScope {
  const done = new Set((document?.completed_steps ?? []).map((step) => step.name));
  if (done.size === 0) {
    return "full";
  }
  if (done.has("activate_managed_clusters") || done.has("create_full_restore")) {
    return "activated";
  }
  return done.has("pause_backup_schedule") ? "paused" : "before-pause";
}

function fromMemory(memory: OperationMemory | undefined): Omit<ResumeSettings, "scope"> {
  const uid = memory?.activation?.restoreUid;
  const marker = memory?.activation_plan?.marker ?? memory?.selection?.marker;
  const remakes = memory !== undefined && hasRemovedPassive(memory);
  return {
    savedSchedules: memory?.saved_backup_schedules ?? [],
    ...(uid === undefined ? {} : { activatedRestoreUid: uid }),
    ...(marker === undefined ? {} : { activationMarker: marker }),
    ...(remakes ? { remakesPassiveRestore: true } : {}),
  };
}

/** What the state of an operation changes about its preflight. */
export function resumeSettings(document: StateDocument | undefined): ResumeSettings {
  const scope = document?.config.old_hub_removal === undefined ? resumeScope(document) : "removing";
  return { scope, ...fromMemory(document?.config) };
}

interface StateRequest {
  readonly clock: Clock;
  readonly params: { readonly "reset-state": boolean; readonly force: boolean };
}

/**
 * The state in that folder that a run goes on with; `undefined` when there is none. Nothing of one that is started over
 * spares a check, and one that is to go need not be readable.
 *
 * @throws FairleadError STATE-05 … 07 (exit 4)
 */
export async function stateOf(
  folder: string | undefined,
  operationId: string,
  { clock, params }: StateRequest,
  { staleHours }: Pick<ResolvedTuning, "staleHours">,
): Promise<StateDocument | undefined> {
  if (folder === undefined || params["reset-state"]) return undefined;
  const found = await loadState(stateFileOf(folder, operationId), clock);
  const isOver = found !== undefined && startsOver(found, { force: params.force, staleHours }, clock.now());
  return isOver ? undefined : found;
}
