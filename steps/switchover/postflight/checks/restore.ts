import type { AcmRestore } from "../../acm/hub-objects.ts";
import { newestRestore } from "../../discover/hub-facts.ts";
import { critical, type Finding, judge, passed, warning } from "../../preflight/finding.ts";
import { allOf } from "../../preflight/reading.ts";
import type { PostflightCheck } from "../check.ts";

/** The activation has ended, and nothing restores any more. */
export const restore: PostflightCheck = {
  id: "restore",
  number: 2,
  name: "The activation is finished",
  hub: "secondary",
  evaluate: ({ restores, schedules }) =>
    judge(allOf(restores, schedules), {
      hub: "secondary",
      unreadable: "critical",
      decide: ([found, backups]) => [evaluateNewest(newestRestore(found), backups.length > 0)],
    }),
};

function evaluateNewest(newest: AcmRestore | undefined, hasSchedule: boolean): Finding {
  if (newest === undefined) {
    return hasSchedule
      ? passed("secondary", "no Restore is left, and a BackupSchedule exists")
      : critical(
          "secondary",
          "there is neither a Restore nor a BackupSchedule: nothing says that this hub was activated",
          "check that the kubeconfig leads to the new hub; run the switchover again to resume it",
        );
  }
  const { name } = newest.metadata;
  const phase = newest.status?.phase ?? "";
  if (phase === "Finished" || phase === "Completed") {
    return passed("secondary", `Restore ${name} is ${phase}`);
  }
  const message = `Restore ${name} is ${phase === "" ? "without a phase" : phase}`;
  return phase === "Enabled"
    ? warning("secondary", `${message}: it still follows the backups of another hub`, "finish the switchover")
    : critical(
        "secondary",
        [message, newest.status?.lastMessage ?? ""].filter(Boolean).join(": "),
        "see the Velero Restores that it names, then run the switchover again to resume it",
      );
}
