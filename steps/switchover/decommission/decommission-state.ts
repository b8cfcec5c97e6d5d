import { createHash } from "node:crypto";
import type { GivenHub } from "../operation/given-hubs.ts";
import { newStandalone } from "../operation/open-standalone.ts";
import { type StateDocument, stateShape } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";
import type { DecommissionStepContext } from "./declaration.ts";

/** Value of `operation` in the state of a removal, and the name of its phase. */
export const decommissionOperation = "decommission";

/** Name of the removal of this hub, so that starting again resumes. */
export function decommissionId(hubId: string): string {
  return `${decommissionOperation}-${createHash("sha256").update(hubId).digest("hex").slice(0, 8)}`;
}

/** Live state tells all that is left to do: each run looks anew, and a step that was done finds nothing. */
export const decommissionShape: typeof stateShape = { ...stateShape, isRecorded: () => false };

/** The state that was found, or a new one. @throws FairleadError SW-DEC-09 for the state of something else */
export function fittingState(
  found: StateDocument | undefined,
  request: {
    readonly context: DecommissionStepContext;
    readonly operationId: string;
    readonly hubs: readonly GivenHub[];
    readonly hubId: string;
  },
): StateDocument {
  const { operationId, hubId } = request;
  if (found === undefined) return newStandalone({ ...request, operation: decommissionOperation });
  if (found.operation === decommissionOperation && found.hubs.primary.id === hubId) return found;
  throw switchoverError(
    "SW-DEC-09",
    {
      what: `the state of operation "${operationId}" is not that of a removal of this hub`,
      why:
        found.operation === decommissionOperation
          ? `it removes hub ${found.hubs.primary.id}, not hub ${hubId}`
          : `it is that of a ${found.operation}`,
      fix: "give another operation-id, or leave it out",
    },
    "refused",
  );
}
