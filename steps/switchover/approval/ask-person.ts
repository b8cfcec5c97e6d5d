import type { Random } from "../../lib/clock/clock.ts";
import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { comparePlans } from "../../lib/plan/compare-plans.ts";
import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import { planLines } from "../../lib/plan/render-plan.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { ApprovalPoint } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";
import { recordedApproval } from "./approval-record.ts";
import { planDiffers } from "./approval-refusals.ts";
import { type ApprovalRequest, recordApproval } from "./demand-approval.ts";
import { demandNoted } from "./demand-noted.ts";
import { countsOf } from "./gate-results.ts";

type Ask = NonNullable<CommandContext<Record<never, never>>["terminal"]["ask"]>;

/** Before any hub is asked. @throws FairleadError SW-APR-06 (exit 2) where nobody sits in front of the program */
export function personInFront(ask: Ask | undefined): Ask {
  if (ask !== undefined) return ask;
  throw new FairleadError(
    {
      id: "SW-APR-06",
      what: 'approval "gate" needs a terminal',
      why: "the plain command asks the person in front of it, and standard input or output is none",
      fix: "run it with dry-run, have the plan approved, then run it with approval digest and the plan-digest of its last lines",
    },
    { exitCode: exitCode.invalidInput },
  );
}

const questions: Readonly<Record<ApprovalPoint, string>> = {
  start: "nothing was changed so far",
  activation: "the clusters are activated on the new hub next, and follow it from then on",
  rollback: "the fleet returns to the old hub next",
};

export interface PersonRequest extends Omit<ApprovalRequest, "mode" | "digest" | "planFiles"> {
  readonly ask: Ask;
  readonly print: (text: string) => void;
  /** What must be typed: the cluster id of the hub that gets the fleet. The digest of the plan will do, too. */
  readonly hubId: string;
}

function notApproved(answer: string, { hubId }: PersonRequest): FairleadError {
  return switchoverError(
    "SW-APR-07",
    {
      what: "the plan was not approved",
      why:
        answer === ""
          ? "nothing was typed"
          : `"${answer.slice(0, 80)}" is neither the id of the hub nor the plan digest`,
      fix: `start again and type ${hubId} when the plan is right`,
    },
    "refused",
  );
}

/**
 * Shows the plan to the person in front of the program and goes on when that person repeats the hub's id, unless this was
 * approved before. What was shown must still be the plan by then.
 *
 * @throws FairleadError SW-APR-03, SW-APR-07 (exit 4)
 */
export async function askPerson(request: PersonRequest): Promise<void> {
  const { operation, point, planNow, ask, print, hubId } = request;
  if (recordedApproval(operation.document(), { mode: "gate", point, digest: undefined }) !== undefined) return;
  const shown = await planNow();
  print(planLines(shown).join("\n"));
  const answer = (await ask(questionOf(shown, request))).trim();
  if (answer !== hubId && answer !== shown.digest) throw notApproved(answer, request);
  const now = await planNow();
  if (now.digest !== shown.digest) {
    throw planDiffers({ approved: shown.digest, now: now.digest }, comparePlans(shown, now));
  }
  await recordApproval(request, shown.digest, "terminal");
}

/** A run of one phase: by the person in front of the plain command, by a gate of the Pipeline, or by a digest. */
export async function approveAlone(
  request: Omit<PersonRequest, "ask"> &
    Pick<ApprovalRequest, "mode" | "digest" | "context"> & {
      readonly terminal: Pick<CommandContext<Record<never, never>>["terminal"], "ask">;
      readonly context: { readonly random: Random };
      readonly output: string | undefined;
    },
): Promise<void> {
  const { mode, digest, context, terminal } = request;
  const isAsked = mode === "gate" && digest === undefined && !context.run.inTekton;
  await (isAsked ? askPerson({ ...request, ask: personInFront(terminal.ask) }) : demandNoted(request));
}

function questionOf(plan: PlanDocument, { point, hubId }: PersonRequest): string {
  return `\nplan digest ${plan.digest}: ${countsOf(plan)}; ${questions[point]}.\nType ${hubId} to go on: `;
}
