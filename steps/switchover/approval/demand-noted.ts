import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { planFileName } from "../operation/dry-run-files.ts";
import { fileMode } from "../operation/operation-locks.ts";
import { noteStop } from "../operation/run-stop.ts";
import { type ApprovalRequest, demandApproval } from "./demand-approval.ts";

/** Leaves a note of its refusal to the last Task of the run. */
export async function demandNoted(
  request: Omit<ApprovalRequest, "planFiles"> & {
    readonly context: { readonly random: Random };
    readonly output: string | undefined;
  },
): Promise<void> {
  const { output, context } = request;
  try {
    await demandApproval({ ...request, planFiles: output === undefined ? [] : [join(output, planFileName)] });
  } catch (error) {
    if (error instanceof FairleadError) {
      await noteStop(output, error, { mode: fileMode(context.run.inTekton), random: context.random });
    }
    throw error;
  }
}
