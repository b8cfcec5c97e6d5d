import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { PlanDifferences } from "../../lib/plan/compare-plans.ts";
import { switchoverError } from "../switchover-error.ts";

const shownLines = 5;

function listed(word: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - shownLines;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return [`${lines.length} ${word}: ${lines.slice(0, shownLines).join("; ")}${more}`];
}

function sentence({ added, gone, changed }: PlanDifferences): string {
  const parts = [...listed("new", added), ...listed("gone", gone), ...listed("changed", changed)];
  return parts.length === 0 ? "the same writes come in another order" : parts.join(", ");
}

const newDigest = "run it with dry-run again, have that plan approved, then give its digest; nothing was changed";

/** @param differences `undefined` where the plan that was approved is not at hand */
export function planDiffers(
  digests: { readonly approved: string; readonly now: string },
  differences: PlanDifferences | undefined,
): FairleadError {
  const why =
    differences === undefined
      ? `the plan is ${digests.now} now, and the approved one does not lie beside the state to say what has changed`
      : sentence(differences);
  return switchoverError(
    "SW-APR-03",
    { what: `the plan is not the one that was approved as ${digests.approved}`, why, fix: newDigest },
    "refused",
  );
}

export function noApproval(): FairleadError {
  return switchoverError(
    "SW-APR-04",
    {
      what: "nobody has approved this plan",
      why: 'approval is "gate", and no digest of an approved plan is given',
      fix: "start the Pipeline, which asks for the approval; or give approval digest with the plan-digest of a dry run",
    },
    "refused",
  );
}
