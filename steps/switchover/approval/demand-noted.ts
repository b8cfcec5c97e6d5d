import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { planFileName } from "../operation/dry-run-files.ts";
import { notingStop } from "../operation/run-stop.ts";
import { type ApprovalRequest, demandApproval } from "./demand-approval.ts";

/** Leaves a note of its refusal to the last Task of the run. */
export async function demandNoted(
  request: Omit<ApprovalRequest, "planFiles"> & {
    readonly context: { readonly random: Random };
    readonly output: string | undefined;
  },
): Promise<void> {
  const { output, context } = request;
  const planFiles = output === undefined ? [] : [join(output, planFileName)];
  await notingStop(context, output, () => demandApproval({ ...request, planFiles }));
}
