import { observabilitySkipped, planStop, writersToStop } from "../observability/stop-writers.ts";
import { findWriters, type SeenWriters } from "../observability/writers.ts";
import { oldHubStep } from "../switchover-context.ts";

/**
 * The operator of observability (ACM 2.11 to 2.16) scales its parts up again within minutes, and hours may lie between
 * preparation and activation.
 */
export const verifyThanosStopped = oldHubStep<SeenWriters>({
  name: "verify_thanos_stopped",
  title: "See that the old hub's metrics compactor still stands still",
  onResume: "trust-record",
  skip: observabilitySkipped,
  read: (context) => findWriters(context, "primary", writersToStop(context)),
  plan(seen, context) {
    const plan = planStop(seen, context);
    if (plan.state !== "act") return plan.state === "done" ? { state: "done", note: plan.note } : plan;
    const again = `the old hub's metrics run again: ${plan.note}; only without its MultiClusterObservability they stay away`;
    return { ...plan, actions: [{ kind: "warn", message: again }, ...plan.actions] };
  },
});
