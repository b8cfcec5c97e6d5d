import type { PhaseOutcome } from "../../lib/phase/run-phase.ts";
import type { PhaseEvent, PlannedChange } from "../../lib/phase/types.ts";
import type { Planned } from "../../lib/plan/plan-document.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import { pointOf } from "../approval/approval-record.ts";
import { askPerson, personInFront } from "../approval/ask-person.ts";
import { demandApproval } from "../approval/demand-approval.ts";
import { planAhead } from "../approval/plan-ahead.ts";
import { type SwitchoverPhase, switchoverPhases } from "../phases/phase-list.ts";
import type { SwitchoverContext } from "../phases/switchover-context.ts";
import type { runParams } from "../run.ts";
import { hasCompleted } from "../state/state-document.ts";
import type { ConnectedSwitchover, SwitchoverInput } from "./connect-operation.ts";
import type { Operation } from "./open-operation.ts";
import type { OperationAudit } from "./operation-audit.ts";
import type { OperationNotices } from "./operation-notices.ts";
import { openPhaseView } from "./phase-view.ts";
import { runSwitchoverPhase } from "./run-switchover-phase.ts";

type Context = CommandContext<typeof runParams>;

export interface Walked {
  readonly planned: Planned;
  readonly failed: Extract<PhaseOutcome, { readonly error: unknown }> | undefined;
}

/** Who is told how the phases go, beside people. */
export interface Followers {
  readonly audit: OperationAudit;
  readonly notices: OperationNotices;
}

async function walkPhases(
  { context, phases, operation, followers }: Walk,
  part: readonly SwitchoverPhase[],
  earlier: Planned,
): Promise<Walked> {
  const { audit, notices } = followers;
  const view = await openPhaseView(
    context,
    phases.log,
    part.map(({ phase }) => phase),
  );
  const plan: PlannedChange[] = [...earlier.plan];
  const steps: string[] = [...earlier.steps];
  const planned: Planned = { plan, steps };
  try {
    for (const phase of part) {
      const emit = (event: PhaseEvent): void => {
        audit.take(event);
        notices.take(event);
        view.emit(event);
      };
      const ran = await runSwitchoverPhase({
        phase,
        context: phases,
        operation,
        runId: context.run.uid,
        emit,
        earlierPlan: plan,
      });
      if (ran.state === "past") {
        view.past(phase.phase, ran.note);
        continue;
      }
      plan.push(...ran.outcome.planned);
      steps.push(...ran.outcome.applies);
      if (ran.outcome.state !== "done") return { planned, failed: ran.outcome };
    }
    return { planned, failed: undefined };
  } finally {
    await view.close();
  }
}

export interface Walk {
  readonly context: Context;
  readonly input: SwitchoverInput;
  readonly hubs: ConnectedSwitchover;
  readonly phases: SwitchoverContext;
  readonly operation: Operation;
  readonly followers: Followers;
}

/** The phases, divided where somebody is asked: a question needs the screen. */
function partsOf({ params }: Context): readonly (readonly SwitchoverPhase[])[] {
  const activation = switchoverPhases.findIndex(({ phase }) => phase === "activation");
  const asks = params.approval === "gate" && !params["dry-run"];
  return asks ? [switchoverPhases.slice(0, activation), switchoverPhases.slice(activation)] : [switchoverPhases];
}

/** Lets the run into these phases, where it must be approved. @throws FairleadError SW-APR-… (exit 4) */
async function approve({ context, input, hubs, operation, followers }: Walk, part: readonly SwitchoverPhase[]) {
  const [first] = part;
  const { params, terminal, print } = context;
  if (first === undefined || params["dry-run"]) return;
  const point = pointOf(params.approval, first.phase);
  const question = { context, operation, point, planNow: () => planAhead(input, hubs, operation) };
  if (params.approval !== "gate") {
    await demandApproval({ ...question, mode: params.approval, digest: params["plan-digest"], planFiles: [] });
    return;
  }
  if (point === "activation" && hasCompleted(operation.document(), first.phase)) return;
  followers.notices.awaitsApproval(`the person who started the run is asked before phase ${first.phase}`);
  await askPerson({ ...question, ask: personInFront(terminal.ask), print, hubId: hubs.facts.secondary.id });
}

/** Walks the phases, each part once it is approved. @throws FairleadError SW-APR-… (exit 4) */
export async function walkApproved(way: Walk): Promise<Walked> {
  const { notices } = way.followers;
  let walked: Walked = { planned: { plan: [], steps: [] }, failed: undefined };
  for (const part of partsOf(way.context)) {
    await approve(way, part).catch(notices.stopped.bind(notices));
    walked = await walkPhases(way, part, walked.planned);
    if (walked.failed !== undefined) break;
  }
  return walked;
}
