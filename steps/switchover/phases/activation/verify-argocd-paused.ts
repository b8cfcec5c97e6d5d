import { isSameApplication } from "../../argocd/application.ts";
import { readPaused } from "../../argocd/argo-context.ts";
import { pauseApplications } from "../../argocd/argo-steps.ts";
import { planPause } from "../../argocd/plan-pause.ts";
import type { ResumeSeen } from "../../argocd/plan-resume.ts";
import { switchoverStep } from "../switchover-context.ts";

/** The preparation may be hours past, and whoever makes an Application may have turned its sync on again since. */
export const verifyArgocdPaused = switchoverStep<ResumeSeen>({
  name: "verify_argocd_paused",
  title: "Look whether the paused Argo CD Applications stand still",
  onResume: "observe",
  read: readPaused,
  plan(seen, context) {
    const memory = context.memory();
    const paused = (memory.argocd_paused_apps ?? []).filter(({ resumed }) => resumed !== true);
    if (paused.length === 0) return { state: "skipped", note: "no Application is paused" };
    if (context.dryRun.enabled) return { state: "skipped", note: `would look at ${paused.length} Applications` };
    // Only those that were paused: what came later is none of this step's business.
    const known = seen.applications.filter((application) =>
      paused.some((entry) => isSameApplication(entry, application)),
    );
    return planPause({ installed: true, applications: known, freshRunId: memory.argocd_run_id ?? "" }, memory);
  },
  ...(pauseApplications.onFailure === undefined ? {} : { onFailure: pauseApplications.onFailure }),
});
