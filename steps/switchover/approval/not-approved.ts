import type { StateDocument } from "../state/state-document.ts";
import { readRefusal } from "./refusal-note.ts";

/**
 * Why the plan of this run was not carried out, where an approval was what it lacked.
 *
 * @param approvalStatus how each gate ended, as Tekton says: one that was rejected or timed out is `Failed`
 */
export async function notApproved(approvalStatus: string, output: string | undefined): Promise<string | undefined> {
  const refusal = output === undefined ? undefined : await readRefusal(output);
  if (refusal !== undefined) return refusal;
  return approvalStatus.split(" ").includes("Failed") ? "the plan was not approved" : undefined;
}

/** Where an operation stands that goes no further without an approval. */
export function whereItStands({ completed_phases: completed = [], config }: StateDocument): string {
  if (config.rollback !== undefined) return "start the rollback again to go on with it";
  if (completed.includes("activation")) return "this run changed nothing more: start it again to go on";
  return completed.length === 0
    ? "the fleet has not moved: start again to go on"
    : "the old hub is prepared, the fleet has not moved: start again to go on, or take it back with a rollback";
}
