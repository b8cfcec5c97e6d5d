import { pauseApplications } from "../../argocd/argo-steps.ts";
import type { PauseSeen } from "../../argocd/plan-pause.ts";
import { switchoverStep } from "../switchover-context.ts";

/** Before anything else: what Argo CD puts back would undo the steps that follow. */
export const pauseArgocdApps = switchoverStep<PauseSeen | undefined>({
  ...pauseApplications,
  read: async (context) => (context.settings.argocdManage ? await pauseApplications.read(context) : undefined),
  plan: (seen, context) =>
    seen === undefined
      ? { state: "skipped", note: "argocd-manage is not given" }
      : pauseApplications.plan(seen, context),
});
