import { defineCommand } from "../lib/step/define-command.ts";
import { watchParams } from "./watch/declaration.ts";

/** Brings a platform back to its baseline seconds after it changed, for as long as it runs. */
export const watch = defineCommand({
  area: "baseline",
  name: "watch",
  summary: "Reconcile within seconds whatever changes on a virtualization platform",
  description: `Follows the HyperConverged, the CRDs and the objects that carry the label of the baseline, and reconciles those
assets that a change concerns as soon as a burst of changes is over; all of them when the HyperConverged changed, and
once at its start. What a run does is what \`fairlead baseline reconcile\` does, under the same lock. Changes of other
objects that templates look at (nodes, storage profiles) are left to the schedule, which stays necessary for that. It
runs until it is stopped; triggers/baseline/watcher has a Deployment for it.`,
  params: watchParams,
  exitCodes: [
    { code: 0, meaning: "its help was asked for; otherwise it runs until it is stopped" },
    { code: 1, meaning: "something cannot be followed, for example for want of a permission" },
    { code: 2, meaning: "a parameter is invalid" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated: how it ends when its pod is stopped" },
  ],
  example: { namespace: "openshift-cnv", "health-port": "8080" },
  run: async (context) => {
    const { runWatch } = await import("./watch/run-watch.ts");
    await runWatch(context);
  },
});
