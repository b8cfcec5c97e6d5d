import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import type { ApprovalPoint, StateDocument } from "../state/state-document.ts";
import { type ApprovalMode, recordedApproval } from "./approval-record.ts";
import { countsOf, type GateResults } from "./gate-results.ts";

interface DryRunPlan {
  readonly mode: ApprovalMode;
  readonly point: ApprovalPoint;
  readonly plan: PlanDocument;
  readonly state: Pick<StateDocument, "approvals">;
}

/** A dry run as the plan of a gate: what is asked about, unless it was approved before. */
export function tellPlan(results: GateResults, { mode, point, plan, state }: DryRunPlan): void {
  const known = mode === "gate" ? recordedApproval(state, { mode, point, digest: undefined }) : undefined;
  if (mode === "gate") results.set("approval", known === undefined ? "needed" : "given");
  results.set("plan-digest", known?.digest ?? plan.digest);
  results.set("plan-counts", countsOf(plan));
}
