import { mayHaveRestored } from "./activation-traces.ts";
import {
  compareHubs,
  compareOperation,
  refuse,
  refuseDryRunState,
  type StartDecision,
  type StartRequest,
} from "./decide-start.ts";
import type { OperationMemory, RollbackScope } from "./operation-memory.ts";
import { type StateDocument, stateShape } from "./state-document.ts";

export interface RollbackRequest extends Pick<StartRequest, "hubs"> {
  readonly force: boolean;
}

/** Recorded once the old hub follows the new one, or is gone. */
const oldHubHandled = "handle_old_hub";
const lastBeforeOldHub = "verify_mch_health";
const newHubWrites = "enable_backup_schedule";

/** Whether the old hub has been changed into something else, or may have been: a decommission cannot be taken back. */
function isOldHubHandled(state: StateDocument): boolean {
  // Outlives a later old-hub-action: with a hub that is declared down it becomes none.
  if (state.config.old_hub_removal !== undefined) return true;
  if (stateShape.isRecorded(state, oldHubHandled)) return state.parameters.oldHubAction !== "none";
  const begun =
    stateShape.isRecorded(state, lastBeforeOldHub) || state.errors.some(({ step }) => step === oldHubHandled);
  return begun && state.parameters.oldHubAction === "decommission";
}

function handledBy({ config, parameters }: StateDocument): string {
  return config.old_hub_removal === undefined ? parameters.oldHubAction : "decommission";
}

/** Whether anything was activated, or prepared in a way that changed the new hub. Pure. */
export function rollbackScope(memory: OperationMemory): RollbackScope {
  const touched = mayHaveRestored(memory) || (memory.archived_restores ?? []).length > 0;
  return touched ? "full" : "preparation";
}

function refuseAdvised(state: StateDocument, force: boolean): StartDecision | undefined {
  if (isOldHubHandled(state)) {
    return refuse("SW-RB-02", {
      what: "this switchover can no longer be rolled back",
      why: `the old hub was already handled (old-hub-action ${handledBy(state)})`,
      fix: "to move the fleet back, start a switchover with the hubs swapped (reverse switchover)",
    });
  }
  if (stateShape.isRecorded(state, newHubWrites) && !force) {
    return refuse("SW-RB-03", {
      what: "the new hub already makes backups",
      why: "it is the authority now: what changed since on the new hub would be lost by a rollback",
      fix: "start a switchover with the hubs swapped (reverse switchover); force rolls back all the same",
    });
  }
  return undefined;
}

/** What a rollback does with the state that it finds. Pure. One that has begun goes on, whatever was asked at its start. */
export function decideRollback(state: StateDocument | undefined, request: RollbackRequest): StartDecision {
  if (state === undefined) {
    return refuse("SW-RB-01", {
      what: "there is nothing to roll back",
      why: "no state of a switchover of these hubs was found",
      fix: "give the operation-id, the state folder and the hubs of the switchover, in its order",
    });
  }
  if (state.dry_run === true) {
    return refuseDryRunState();
  }
  const unfit = compareOperation(state) ?? compareHubs(state, request);
  if (unfit !== undefined) {
    return unfit.decision === "refuse"
      ? unfit
      : { decision: "nothing-to-do", notice: "nothing was changed by this operation" };
  }
  if (state.current_phase === "rolled_back") {
    return { decision: "nothing-to-do", notice: `already rolled back at ${state.last_updated}, nothing was executed` };
  }
  if (state.config.rollback !== undefined) {
    return { decision: "resume", notice: "resuming the rollback" };
  }
  const refused = refuseAdvised(state, request.force);
  return refused ?? { decision: "resume", notice: `rolling back from phase ${state.current_phase}` };
}
