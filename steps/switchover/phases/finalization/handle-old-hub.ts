import { type BothHubsContext, oldHubStep } from "../switchover-context.ts";
import { planStandby, readStandby, type StandbySeen } from "./make-standby.ts";
import { planRemoval, type RemovalSeen, readRemoval } from "./remove-old-hub.ts";

/** Recorded as done, yet nothing is read of the old hub. */
const leftAlone = "left-alone";

export function leavesAlone({ settings }: BothHubsContext): boolean {
  return settings.oldHubAction === "none";
}

/** Makes the old hub the standby of the new one, which follows its backups; or removes ACM from it. */
export const handleOldHub = oldHubStep<StandbySeen | RemovalSeen | typeof leftAlone>({
  name: "handle_old_hub",
  title: "Give the old hub its part",
  onResume: "observe",
  async read(context) {
    if (leavesAlone(context)) return leftAlone;
    return context.settings.oldHubAction === "decommission" ? await readRemoval(context) : await readStandby(context);
  },
  plan(seen, context) {
    if (seen === leftAlone) return { state: "done", note: "left as it is: old-hub-action is none" };
    return "kind" in seen ? planRemoval(seen, context) : planStandby(seen, context);
  },
});
