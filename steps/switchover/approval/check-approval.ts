import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { ApprovalMode } from "./approval-record.ts";

/** Which parameters tell how a run is approved. */
export interface ApprovalParams {
  readonly approval: ApprovalMode;
  readonly "plan-digest"?: string;
  readonly "dry-run"?: boolean;
}

/**
 * Known before the first connection. A dry run changes nothing and needs no approval.
 *
 * @throws FairleadError SW-APR-01, SW-APR-02 (exit 2)
 */
export function checkApproval({ approval, ...params }: ApprovalParams): void {
  if (approval === "digest" && params["plan-digest"] === undefined && params["dry-run"] !== true) {
    throw new FairleadError(
      {
        id: "SW-APR-01",
        what: 'approval "digest" needs plan-digest',
        why: "without it nothing says which plan was approved",
        fix: "run it once with dry-run, have the plan approved, then give the digest that its last lines tell",
      },
      { exitCode: exitCode.invalidInput },
    );
  }
  if (approval === "none" && params["plan-digest"] !== undefined) {
    throw new FairleadError(
      {
        id: "SW-APR-02",
        what: 'plan-digest does not go with approval "none"',
        why: "the digest would be given and never be compared",
        fix: "give approval digest, or leave plan-digest out",
      },
      { exitCode: exitCode.invalidInput },
    );
  }
}
