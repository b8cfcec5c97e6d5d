import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { splitFleet } from "../../acm/managed-cluster.ts";
import { checkRemoval } from "../../decommission/check-removal.ts";
import type { DecommissionContext, DecommissionStep } from "../../decommission/decommission-context.ts";
import { decommissionSteps } from "../../decommission/decommission-steps.ts";
import { count, nameList } from "../../preflight/name-list.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { clustersOf, fleetOf } from "../hub-reads.ts";
import { type BothHubsContext, ms } from "../switchover-context.ts";

// The old hub is removed by the steps of a decommission, all within one step of the switchover: each round judges the
// guards anew, so that a run that resumes days later never goes on from what an earlier one saw.

type Plan = StepPlan<OperationMemory>;

interface Look {
  readonly step: DecommissionStep;
  readonly seen: unknown;
}

/** What the removal of the old hub looks at. */
export interface RemovalSeen {
  readonly kind: "removal";
  /** Clusters that still count as connected to the old hub. */
  readonly available: readonly string[];
  readonly looks: readonly Look[];
}

function removalContext(context: BothHubsContext): DecommissionContext {
  const { clients, hubs, namespaces, tuning, settings, memory, log, clock, random, signal, dryRun } = context;
  return {
    ...{ clients, namespaces, tuning, memory, log, clock, random, signal, dryRun },
    successorId: hubs.secondary.id,
    // The clusters of a dry run have not moved: it lists what would go once they have.
    force: settings.force || dryRun.enabled,
  };
}

/** Reads for all steps of the removal; only for the first where that refuses, as without permissions none could read. */
export async function readRemoval(context: BothHubsContext): Promise<RemovalSeen> {
  const removal = removalContext(context);
  const first: Look = { step: checkRemoval, seen: await checkRemoval.read(removal) };
  const isRefused = checkRemoval.plan(first.seen, removal).state === "refused";
  // Clusters that are about to be told as gone refuse it too, and are waited for.
  const fleet = isRefused && !mayOnlyBeEarly(first, removal) ? [] : await fleetOf(context, "primary");
  const rest = await Promise.all(
    (isRefused && !context.dryRun.enabled ? [] : decommissionSteps.filter((step) => step !== checkRemoval)).map(
      async (step) => ({ step, seen: await step.read(removal) }),
    ),
  );
  return {
    kind: "removal",
    available: fleet.filter(({ available }) => available).map(({ name }) => name),
    looks: [first, ...rest],
  };
}

/** Whether all that forbids the removal are clusters that are Available on the old hub. */
function mayOnlyBeEarly({ step, seen }: Look, removal: DecommissionContext): boolean {
  return step.plan(seen, { ...removal, force: true }).state !== "refused";
}

function untilLeft(context: BothHubsContext, refusal: FairleadError): Wait {
  return waitOn({
    title: "waiting until the old hub has noticed that its clusters left",
    sources: { clusters: clustersOf.live(context, "primary") },
    decide: ({ clusters }) => {
      const left = splitFleet(clusters).clusters.filter(({ available }) => available);
      return left.length === 0
        ? { state: "done", note: "none is Available there" }
        : {
            state: "pending",
            note: `${count(left.length, "cluster")} still Available on the old hub: ${nameList(left.map(({ name }) => name))}`,
          };
    },
    // A hub notices when the lease of a cluster was not renewed for five minutes.
    timeoutMs: ms(context.tuning.clusterWait),
    onTimeout: () => refusal,
  });
}

const begin: Action<OperationMemory> = {
  kind: "remember",
  note: "the old hub is being removed",
  update: (memory) => ({ ...memory, old_hub_removal: "begun" }),
};

/** All that would be removed, as far as it can be seen today. */
function planDry(plans: readonly Plan[]): Plan {
  const actions = plans.flatMap((plan) => (plan.state === "act" ? plan.actions : []));
  const warnings = plans.flatMap((plan) =>
    plan.state === "refused" ? [`${plan.error.text.what}: ${plan.error.text.why}`] : [],
  );
  return {
    state: "act",
    note: "remove ACM from the old hub",
    actions: [...warnings.map((message) => ({ kind: "warn", message }) as const), ...actions],
    afterwards: "done",
  };
}

/** The first stage of the removal that is not done yet. Pure. */
export function planRemoval({ looks, available }: RemovalSeen, context: BothHubsContext): Plan {
  const removal = removalContext(context);
  const plans = looks.map(({ step, seen }) => step.plan(seen, removal));
  if (context.dryRun.enabled) return planDry(plans);
  const next = plans.find(({ state }) => state === "refused" || state === "act");
  if (next?.state === "refused" && available.length > 0) {
    return {
      state: "act",
      note: `wait until ${count(available.length, "cluster")} left the old hub`,
      actions: [{ kind: "wait", wait: untilLeft(context, next.error) }],
      afterwards: "plan-again",
    };
  }
  if (next?.state === "refused") return next;
  const warnings = plans.flatMap((plan) => ("warnings" in plan ? (plan.warnings ?? []) : []));
  if (next?.state !== "act") return { state: "done", note: "ACM is removed from the old hub", warnings };
  return { ...next, actions: [begin, ...next.actions], afterwards: "plan-again" };
}
