import type { PlannedChange } from "../../lib/phase/types.ts";
import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import type { ConnectedSwitchover, SwitchoverInput } from "../operation/connect-operation.ts";
import { dryOperation, type Operation } from "../operation/open-operation.ts";
import { operationPlan } from "../operation/operation-plan.ts";
import { phaseContext } from "../operation/phase-context.ts";
import { runSwitchoverPhase } from "../operation/run-switchover-phase.ts";
import { switchoverPhases } from "../phases/phase-list.ts";

/** Nobody follows what is written, since nothing is. */
export const unwatched = { watch: <C>(clients: C): C => clients };

/**
 * What this operation would do from here on: the dry run of every phase that is not completed, from live state and in
 * memory. Writes nothing, asks no server about a write, and leaves the operation as it is.
 *
 * @throws FairleadError what would end a dry run, too
 */
export async function planAhead(
  input: SwitchoverInput,
  hubs: ConnectedSwitchover,
  from: Pick<Operation, "document" | "stateFile" | "lost">,
): Promise<PlanDocument> {
  const dry: SwitchoverInput = { ...input, params: { ...input.params, "dry-run": true, "server-dry-run": false } };
  const operation = { ...dryOperation(from.document(), from.stateFile), lost: from.lost };
  const context = phaseContext(dry, hubs, operation, unwatched);
  const plan: PlannedChange[] = [];
  const steps: string[] = [];
  for (const phase of switchoverPhases) {
    const request = { phase, context, operation, runId: input.run.uid, emit: () => undefined, earlierPlan: plan };
    const ran = await runSwitchoverPhase(request);
    if (ran.state === "past") continue;
    plan.push(...ran.outcome.planned);
    steps.push(...ran.outcome.applies);
    if (ran.outcome.state !== "done") throw ran.outcome.error;
  }
  const { run, clock } = input;
  return operationPlan({ operation: "switchover", run, clock, hubs }, { plan, steps });
}
