import type { StepPlan } from "../../../lib/phase/types.ts";
import { readPaused } from "../../argocd/argo-context.ts";
import { argoCd } from "../../argocd/argo-keeper.ts";
import type { Keeper } from "../../argocd/keeper.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { settleEntries } from "../../argocd/plan-pause.ts";
import { planResume, type ResumeSeen } from "../../argocd/plan-resume.ts";
import { flux } from "../../flux/flux-keeper.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { type BothHubsContext, oldHubStep } from "../switchover-context.ts";
import { awayFromNewHub, isNewHubAway } from "./rollback-scope.ts";

/** What can be resumed now: all, or what is on the old hub. */
function reachable(memory: OperationMemory, { state }: Keeper): OperationMemory {
  const entries = (state.entries(memory) ?? []).filter(({ hub }) => hub === "primary");
  return isNewHubAway(memory) ? state.keep(memory, entries) : memory;
}

function clientsOf({ clients, memory }: BothHubsContext): Partial<BothHubsContext["clients"]> {
  return isNewHubAway(memory()) ? { primary: clients.primary } : clients;
}

/** A pause that was cut off is confirmed or forgotten first, by what the hubs show now. */
function settle(live: ResumeSeen, memory: OperationMemory, keeper: Keeper): OperationMemory {
  const { entries, keep } = keeper.state;
  const mine = entries(reachable(memory, keeper)) ?? [];
  const settled = settleEntries(live, reachable(memory, keeper), keeper);
  const others = (entries(memory) ?? []).filter((entry) => !mine.includes(entry));
  return keep(settled, [...(entries(settled) ?? []), ...others]);
}

function plan(seen: ResumeSeen, context: BothHubsContext, keeper: Keeper): StepPlan<OperationMemory> {
  const memory = reachable(context.memory(), keeper);
  if (notResumed(memory, keeper).every((entry) => entry.pause_applied)) return planResume(seen, memory, keeper);
  return {
    state: "act",
    note: "look which pauses came to be",
    actions: [
      {
        kind: "remember",
        note: "keep what was paused, forget what was not",
        update: (before) => settle(seen, before, keeper),
      },
    ],
    afterwards: "plan-again",
  };
}

/** Last of all: Git leads to the old hub, which has its fleet again. What another operation paused stays so. */
function resumeOnOldHub(keeper: Keeper, step: { readonly name: string; readonly title: string }, none: string) {
  return oldHubStep<ResumeSeen>({
    ...step,
    onResume: "observe",
    skip(context) {
      const memory = context.memory();
      if (notResumed(memory, keeper).length === 0) return none;
      return notResumed(reachable(memory, keeper), keeper).length === 0 ? awayFromNewHub(context) : undefined;
    },
    read: (context) => readPaused({ ...context, clients: clientsOf(context) }, keeper),
    plan: (seen, context) => plan(seen, context, keeper),
  });
}

export const rbResumeArgocd = resumeOnOldHub(
  argoCd,
  { name: "rb_resume_argocd", title: "Let the paused Argo CD Applications sync again" },
  "this operation paused no Application",
);

export const rbResumeFlux = resumeOnOldHub(
  flux,
  { name: "rb_resume_flux", title: "Let the suspended objects of Flux reconcile again" },
  "this operation suspended nothing of Flux",
);
