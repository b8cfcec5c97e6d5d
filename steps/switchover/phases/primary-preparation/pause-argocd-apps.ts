import { pauseApplications } from "../../argocd/argo-steps.ts";
import { pauseFluxObjects } from "../../flux/flux-steps.ts";
import { type SwitchoverContext, type SwitchoverStep, switchoverStep } from "../switchover-context.ts";

/** Before anything else: what is put back would undo the steps that follow. On every hub that may be asked. */
function pauseFirst(
  step: typeof pauseApplications,
  { skip, absent }: { readonly skip: (context: SwitchoverContext) => string | undefined; readonly absent: string },
): SwitchoverStep {
  return switchoverStep({
    ...step,
    skip,
    plan(seen, context) {
      // What was paused on a hub that is not asked is not forgotten.
      if (context.oldHub === "down" && !seen.installed) return { state: "done", note: absent };
      return step.plan(seen, context);
    },
  });
}

export const pauseArgocdApps = pauseFirst(pauseApplications, {
  skip: ({ settings }) => (settings.argocdManage ? undefined : "argocd-manage is not given"),
  absent: "the new hub has no Argo CD",
});

export const pauseFlux = pauseFirst(pauseFluxObjects, {
  skip: ({ settings }) => (settings.fluxManage ? undefined : "flux-manage is not given"),
  absent: "the new hub has no Flux",
});
