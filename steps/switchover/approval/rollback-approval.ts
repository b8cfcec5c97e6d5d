import { runPhase } from "../../lib/phase/run-phase.ts";
import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import type { ConnectedBoth, HubInput } from "../operation/connect-operation.ts";
import { dryOperation, type Operation } from "../operation/open-operation.ts";
import { operationPlan } from "../operation/operation-plan.ts";
import { contextWith } from "../operation/phase-context.ts";
import type { RollbackContext } from "../operation/rollback-declaration.ts";
import { beginRollback, rollbackPhase, stepsOf, switchoverOnly } from "../operation/rollback-phase.ts";
import { approveAlone } from "./ask-person.ts";
import { unwatched } from "./plan-ahead.ts";

interface RollbackApproval {
  readonly input: HubInput;
  readonly params: RollbackContext["params"];
  readonly hubs: ConnectedBoth;
  readonly operation: Operation;
  readonly output: string | undefined;
}

/** What a rollback would do from here on; see `planAhead`. */
async function planRollback({ input, params, hubs, operation }: RollbackApproval): Promise<PlanDocument> {
  const { run, clock } = input;
  const dry: HubInput = { ...input, params: { ...input.params, "dry-run": true } };
  const copy = { ...dryOperation(operation.document(), operation.stateFile), lost: operation.lost };
  const context = contextWith(dry, hubs, copy, switchoverOnly, { audit: unwatched, serverSide: false });
  await beginRollback({ params, now: new Date(clock.now()).toISOString(), runId: run.uid }, context, copy);
  const outcome = await runPhase({
    phase: rollbackPhase,
    steps: stepsOf(params),
    context,
    recorder: copy.recorder,
    emit: () => undefined,
  });
  if (outcome.state !== "done") throw outcome.error;
  const planned = { plan: outcome.planned, steps: outcome.applies };
  return operationPlan({ operation: rollbackPhase, run, clock, hubs }, planned);
}

/**
 * Lets a rollback go on whose plan is approved, where it asks for that.
 *
 * @throws FairleadError SW-APR-03, SW-APR-04 (exit 4): nothing was written
 */
export async function approveRollback(rollback: RollbackApproval): Promise<void> {
  const { input, params, hubs, operation, output } = rollback;
  if (params["dry-run"]) return;
  await approveAlone({
    context: input,
    operation,
    mode: params.approval,
    point: "rollback",
    digest: params["plan-digest"],
    output,
    planNow: () => planRollback(rollback),
    terminal: input.terminal,
    print: input.print,
    hubId: hubs.facts.primary.id,
  });
}
