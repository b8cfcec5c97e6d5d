import type { StepPlan } from "../../../lib/phase/types.ts";
import { readPaused } from "../../argocd/argo-context.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { settleEntries } from "../../argocd/plan-pause.ts";
import { planResume, type ResumeSeen } from "../../argocd/plan-resume.ts";
import type { OperationMemory, PausedApplication } from "../../state/operation-memory.ts";
import { type BothHubsContext, oldHubStep } from "../switchover-context.ts";
import { awayFromNewHub, isNewHubAway } from "./rollback-scope.ts";

type Entries = readonly PausedApplication[];

/** What can be resumed now: all, or what is on the old hub. */
function reachable(memory: OperationMemory): OperationMemory {
  const { argocd_paused_apps: entries = [] } = memory;
  return isNewHubAway(memory)
    ? { ...memory, argocd_paused_apps: entries.filter(({ hub }) => hub === "primary") }
    : memory;
}

function clientsOf({ clients, memory }: BothHubsContext): Partial<BothHubsContext["clients"]> {
  return isNewHubAway(memory()) ? { primary: clients.primary } : clients;
}

/** A pause that was cut off is confirmed or forgotten first, by what Argo CD shows now. */
function settle(live: ResumeSeen, memory: OperationMemory): OperationMemory {
  const settled = settleEntries(live, reachable(memory));
  const others: Entries = (memory.argocd_paused_apps ?? []).filter(
    (entry) => !(reachable(memory).argocd_paused_apps ?? []).includes(entry),
  );
  return { ...settled, argocd_paused_apps: [...(settled.argocd_paused_apps ?? []), ...others] };
}

function plan(seen: ResumeSeen, context: BothHubsContext): StepPlan<OperationMemory> {
  const memory = reachable(context.memory());
  if (notResumed(memory).every((entry) => entry.pause_applied)) return planResume(seen, memory);
  return {
    state: "act",
    note: "look which pauses came to be",
    actions: [
      {
        kind: "remember",
        note: "keep what was paused, forget what was not",
        update: (before) => settle(seen, before),
      },
    ],
    afterwards: "plan-again",
  };
}

/** Last of all: Git leads to the old hub, which has its fleet again. What another operation paused stays so. */
export const rbResumeArgocd = oldHubStep<ResumeSeen>({
  name: "rb_resume_argocd",
  title: "Let the paused Argo CD Applications sync again",
  onResume: "observe",
  skip(context) {
    const memory = context.memory();
    if (notResumed(memory).length === 0) return "this operation paused no Application";
    return notResumed(reachable(memory)).length === 0 ? awayFromNewHub(context) : undefined;
  },
  read: (context) => readPaused({ ...context, clients: clientsOf(context) }),
  plan,
});
