import { resumeApplications } from "../../argocd/argo-steps.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { planResume } from "../../argocd/plan-resume.ts";
import { type SwitchoverContext, switchoverStep } from "../switchover-context.ts";

const toResume = "give argocd-resume the operation-id of this switchover once Git leads to the new hub";

/** On the hubs that may be asked. */
function paused(context: SwitchoverContext) {
  return notResumed(context.memory()).filter(({ hub }) => context.oldHub === "reachable" || hub !== "primary");
}

/** Last of all: from here on Argo CD makes the hubs what Git says. */
export const resumeArgocdApps = switchoverStep({
  ...resumeApplications,
  skip(context) {
    const { argocdResume } = context.settings;
    const { length } = paused(context);
    if (length === 0 && context.oldHub === "down") return "no Application of the new hub is paused";
    if (argocdResume && !context.dryRun.enabled) return undefined;
    if (length === 0) return "no Application is paused";
    return argocdResume
      ? `would let ${length} Applications sync again`
      : `${length} Applications stay paused: ${toResume}`;
  },
  plan(seen, context) {
    const memory = context.memory();
    return planResume(
      seen,
      context.oldHub === "reachable" ? memory : { ...memory, argocd_paused_apps: paused(context) },
    );
  },
});
