import { pauseApplications } from "../../argocd/argo-steps.ts";
import { switchoverStep } from "../switchover-context.ts";

/** Before anything else: what Argo CD puts back would undo the steps that follow. On every hub that may be asked. */
export const pauseArgocdApps = switchoverStep({
  ...pauseApplications,
  skip: ({ settings }) => (settings.argocdManage ? undefined : "argocd-manage is not given"),
  plan(seen, context) {
    // What was paused on a hub that is not asked is not forgotten.
    if (context.oldHub === "down" && !seen.installed) return { state: "done", note: "the new hub has no Argo CD" };
    return pauseApplications.plan(seen, context);
  },
});
