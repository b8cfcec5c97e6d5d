import { pauseApplications } from "../../argocd/argo-steps.ts";
import { switchoverStep } from "../switchover-context.ts";

/** Before anything else: what Argo CD puts back would undo the steps that follow. */
export const pauseArgocdApps = switchoverStep({
  ...pauseApplications,
  skip: ({ settings }) => (settings.argocdManage ? undefined : "argocd-manage is not given"),
});
