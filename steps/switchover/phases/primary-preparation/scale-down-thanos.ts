import { observabilitySkipped, planStop, writersToStop } from "../observability/stop-writers.ts";
import { findWriters, type SeenWriters } from "../observability/writers.ts";
import { oldHubStep } from "../switchover-context.ts";

/** Two compactors on one bucket damage it: the old hub's stops before the new hub's can start. */
export const scaleDownThanos = oldHubStep<SeenWriters>({
  name: "scale_down_thanos",
  title: "Stop the metrics compactor of the old hub",
  onResume: "observe",
  skip: observabilitySkipped,
  read: (context) => findWriters(context, "primary", writersToStop(context)),
  plan: planStop,
});
