import { isSameApplication } from "../../argocd/application.ts";
import { readPaused } from "../../argocd/argo-context.ts";
import { pauseApplications } from "../../argocd/argo-steps.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { planPause } from "../../argocd/plan-pause.ts";
import type { ResumeSeen } from "../../argocd/plan-resume.ts";
import { standStill } from "../../argocd/stand-still.ts";
import { switchoverStep } from "../switchover-context.ts";

/** The preparation may be hours past, and whoever makes an Application may have turned its sync on again since. */
export const verifyArgocdPaused = switchoverStep<ResumeSeen>({
  name: "verify_argocd_paused",
  title: "Look whether the paused Argo CD Applications stand still",
  onResume: "observe",
  skip(context) {
    const { length } = notResumed(context.memory());
    if (length === 0) return "no Application is paused";
    return context.dryRun.enabled ? `would look at ${length} Applications` : undefined;
  },
  read: readPaused,
  plan(seen, context) {
    const memory = context.memory();
    const paused = notResumed(memory);
    // Only those that were paused: what came later is none of this step's business.
    const known = seen.applications.filter((application) =>
      paused.some((entry) => isSameApplication(entry, application)),
    );
    const look = { installed: true, applications: known, freshRunId: memory.argocd_run_id ?? "" };
    return planPause(look, memory, (held) => standStill(held, context));
  },
  ...(pauseApplications.onFailure === undefined ? {} : { onFailure: pauseApplications.onFailure }),
});
