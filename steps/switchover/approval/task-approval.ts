import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import { planLines } from "../../lib/plan/render-plan.ts";
import type { ConnectedSwitchover, SwitchoverInput } from "../operation/connect-operation.ts";
import { savePlan } from "../operation/dry-run-files.ts";
import type { Operation } from "../operation/open-operation.ts";
import { fileMode } from "../operation/operation-locks.ts";
import type { OperationNotices } from "../operation/operation-notices.ts";
import type { SwitchoverPhase } from "../phases/phase-list.ts";
import { hasCompleted } from "../state/state-document.ts";
import { pointOf, recordedApproval } from "./approval-record.ts";
import { demandNoted } from "./demand-noted.ts";
import { countsOf, type GateResults } from "./gate-results.ts";
import { planAhead } from "./plan-ahead.ts";

interface TaskApproval {
  readonly input: SwitchoverInput;
  readonly hubs: ConnectedSwitchover;
  readonly operation: Operation;
  readonly output: string | undefined;
}

/**
 * Lets a Task go on whose plan is approved, where its run asks for that.
 *
 * @throws FairleadError SW-APR-03, SW-APR-04 (exit 4): nothing was written
 */
export async function approveTask(task: TaskApproval, phase: SwitchoverPhase["phase"]): Promise<void> {
  const { input, hubs, operation, output } = task;
  const { params } = input;
  const point = pointOf(params.approval, phase);
  if (params["dry-run"] || (point === "activation" && hasCompleted(operation.document(), phase))) return;
  await demandNoted({
    context: input,
    operation,
    mode: params.approval,
    point,
    digest: params["plan-digest"],
    output,
    planNow: () => planAhead(input, hubs, operation),
  });
}

interface Gate {
  readonly results: GateResults;
  readonly notices: Pick<OperationNotices, "awaitsApproval">;
  readonly print: (text: string) => void;
}

/** Tells the gate that follows what it is asked about: the plan from here on, unless that was approved before. */
export async function tellGate(task: TaskApproval, phase: SwitchoverPhase["phase"], gate: Gate): Promise<void> {
  const { input, hubs, operation } = task;
  const { approval: mode, "dry-run": dryRun } = input.params;
  if (mode !== "gate" || dryRun) return;
  const { results } = gate;
  const known = recordedApproval(operation.document(), { mode, point: pointOf(mode, phase), digest: undefined });
  if (known !== undefined || (phase === "activation" && hasCompleted(operation.document(), phase))) {
    results.set("approval", "given");
    results.set("plan-digest", known?.digest ?? "");
    return;
  }
  const plan = await planAhead(input, hubs, operation);
  results.set("approval", "needed");
  await showPlan(plan, task, gate);
}

/** To those who are to approve it. */
async function showPlan(plan: PlanDocument, { input, output }: TaskApproval, gate: Gate): Promise<void> {
  const { run, random } = input;
  gate.results.set("plan-digest", plan.digest);
  gate.results.set("plan-counts", countsOf(plan));
  gate.print(planLines(plan).join("\n"));
  if (output !== undefined) await savePlan(output, plan, { random, mode: fileMode(run.inTekton) });
  gate.notices.awaitsApproval(`${countsOf(plan)}, plan digest ${plan.digest}`);
}
