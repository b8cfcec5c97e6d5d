import { resumeApplications } from "../../argocd/argo-steps.ts";
import type { ResumeSeen } from "../../argocd/plan-resume.ts";
import { switchoverStep } from "../switchover-context.ts";

const toResume = "give argocd-resume the operation-id of this switchover once Git leads to the new hub";

/** Last of all: from here on Argo CD makes the hubs what Git says. */
export const resumeArgocdApps = switchoverStep<ResumeSeen | undefined>({
  ...resumeApplications,
  read: async (context) =>
    context.settings.argocdResume && !context.dryRun.enabled ? await resumeApplications.read(context) : undefined,
  plan(seen, context) {
    if (seen !== undefined) return resumeApplications.plan(seen, context);
    const paused = (context.memory().argocd_paused_apps ?? []).filter(({ resumed }) => resumed !== true);
    if (paused.length === 0) return { state: "skipped", note: "no Application is paused" };
    return {
      state: "skipped",
      note: context.settings.argocdResume
        ? `would let ${paused.length} Applications sync again`
        : `${paused.length} Applications stay paused: ${toResume}`,
    };
  },
});
