import type { Action } from "../../../lib/phase/types.ts";
import { describeMarked, markedObject } from "../../argocd/gitops-markers.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { planRemoval, readObservability, type SeenObservability } from "../observability/removal.ts";
import { oldHubStep } from "../switchover-context.ts";

/** Scaling to 0 does not last: the operator of observability scales up again. Without its object there is nothing to scale. */
export const disableObservability = oldHubStep<SeenObservability>({
  name: "disable_observability_on_secondary",
  title: "Remove the old hub's observability",
  onResume: "observe",
  skip: ({ settings }) => (settings.disableObservability ? undefined : "disable-observability-on-secondary is not set"),
  read: readObservability,
  plan(seen, context) {
    const plan = planRemoval(seen, context);
    if (plan.state !== "act") return plan;
    const marked = seen.instances.flatMap((one) => markedObject("MultiClusterObservability", one) ?? []);
    const warnings = describeMarked(marked).map(
      (line): Action<OperationMemory> => ({
        kind: "warn",
        message: `GitOps may make it again on the old hub, remove it in Git too: ${line}`,
      }),
    );
    return { ...plan, actions: [...warnings, ...plan.actions] };
  },
});
