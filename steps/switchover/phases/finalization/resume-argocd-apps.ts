import { resumeApplications } from "../../argocd/argo-steps.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { switchoverStep } from "../switchover-context.ts";

const toResume = "give argocd-resume the operation-id of this switchover once Git leads to the new hub";

/** Last of all: from here on Argo CD makes the hubs what Git says. */
export const resumeArgocdApps = switchoverStep({
  ...resumeApplications,
  skip(context) {
    const { argocdResume } = context.settings;
    if (argocdResume && !context.dryRun.enabled) return undefined;
    const { length } = notResumed(context.memory());
    if (length === 0) return "no Application is paused";
    return argocdResume
      ? `would let ${length} Applications sync again`
      : `${length} Applications stay paused: ${toResume}`;
  },
});
