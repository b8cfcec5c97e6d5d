import type { Clock } from "../../lib/clock/clock.ts";
import type { Logger } from "../../lib/log/logger.ts";
import { comparePlans } from "../../lib/plan/compare-plans.ts";
import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import type { RunIdentity } from "../../lib/step/types.ts";
import { planPathOf } from "../operation/dry-run-files.ts";
import type { Operation } from "../operation/open-operation.ts";
import type { StoredApproval } from "../state/state-document.ts";
import { type Asked, recordedApproval, withApproval } from "./approval-record.ts";
import { noApproval, planDiffers } from "./approval-refusals.ts";
import { findPlan } from "./find-plan.ts";

export interface ApprovalRequest extends Asked {
  readonly context: { readonly run: RunIdentity; readonly clock: Clock; readonly log: Logger };
  readonly operation: Operation;
  /** Where the approved plan may lie, beside its place at the state. */
  readonly planFiles: readonly string[];
  /** The plan from live state, made only where it is needed. */
  readonly planNow: () => Promise<PlanDocument>;
}

/** How an approval was given, as the state names it. */
function givenBy({ mode }: Asked): StoredApproval["by"] {
  return mode === "gate" ? "gate" : "digest";
}

/**
 * Lets a run pass whose plan is the approved one, and records that, so that its resumption is not asked again. Call it
 * while the operation is held, before its first write.
 *
 * @throws FairleadError SW-APR-03, SW-APR-04 (exit 4): nothing was written
 */
export async function demandApproval(request: ApprovalRequest): Promise<void> {
  const { mode, digest, operation, planFiles } = request;
  if (mode === "none" || recordedApproval(operation.document(), request) !== undefined) return;
  if (digest === undefined) throw noApproval();
  const now = await request.planNow();
  if (now.digest === digest) {
    await recordApproval(request, digest, givenBy(request));
    return;
  }
  const approved = await findPlan([...planFiles, planPathOf(operation.stateFile)], digest);
  const differences = approved === undefined ? undefined : comparePlans(approved, now);
  throw planDiffers({ approved: digest, now: now.digest }, differences);
}

/** Durable when it resolves. */
export async function recordApproval(
  { context, operation, point }: Pick<ApprovalRequest, "context" | "operation" | "point">,
  digest: string,
  by: StoredApproval["by"],
): Promise<void> {
  const { run, clock, log } = context;
  const at = new Date(clock.now()).toISOString();
  await operation.update((document) => withApproval(document, { point, digest, by, run: run.name, at }));
  log.info(`the plan ${digest} is the approved one`);
}
