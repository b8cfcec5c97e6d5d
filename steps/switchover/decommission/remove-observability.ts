import { planRemoval, readObservability, type SeenObservability } from "../phases/observability/removal.ts";
import { decommissionStep } from "./decommission-context.ts";

/** Before the clusters, whose add-ons it owns; ACM's webhook refuses to let ACM go while it is there. */
export const removeObservability = decommissionStep<SeenObservability>({
  name: "remove_observability",
  title: "Remove observability",
  onResume: "observe",
  read: readObservability,
  plan: planRemoval,
});
