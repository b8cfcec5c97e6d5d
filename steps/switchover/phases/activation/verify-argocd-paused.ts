import { isSameApplication } from "../../argocd/application.ts";
import { readPaused } from "../../argocd/argo-context.ts";
import { argoCd } from "../../argocd/argo-keeper.ts";
import { pauseApplications } from "../../argocd/argo-steps.ts";
import type { Keeper } from "../../argocd/keeper.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { planPause } from "../../argocd/plan-pause.ts";
import type { ResumeSeen } from "../../argocd/plan-resume.ts";
import { standStill } from "../../argocd/stand-still.ts";
import { flux } from "../../flux/flux-keeper.ts";
import { pauseFluxObjects } from "../../flux/flux-steps.ts";
import { type SwitchoverStep, switchoverStep } from "../switchover-context.ts";

/** The preparation may be hours past, and whoever makes an object may have turned it on again since. */
function verifyPaused(
  keeper: Keeper,
  { onFailure }: typeof pauseApplications,
  { name, title, nonePaused }: { readonly name: string; readonly title: string; readonly nonePaused: string },
): SwitchoverStep {
  return switchoverStep<ResumeSeen>({
    name,
    title,
    onResume: "observe",
    skip(context) {
      const { length } = notResumed(context.memory(), keeper);
      if (length === 0) return nonePaused;
      return context.dryRun.enabled ? `would look at ${length} ${keeper.noun}` : undefined;
    },
    read: (context) => readPaused(context, keeper),
    plan(seen, context) {
      const memory = context.memory();
      const paused = notResumed(memory, keeper);
      // Only those that were paused: what came later is none of this step's business.
      const known = seen.applications.filter((application) =>
        paused.some((entry) => isSameApplication(entry, application)),
      );
      const look = { installed: true, applications: known, freshRunId: keeper.state.runId(memory) ?? "" };
      return planPause(look, memory, (held) => standStill(held, context, keeper), keeper);
    },
    ...(onFailure === undefined ? {} : { onFailure }),
  });
}

export const verifyArgocdPaused = verifyPaused(argoCd, pauseApplications, {
  name: "verify_argocd_paused",
  title: "Look whether the paused Argo CD Applications stand still",
  nonePaused: "no Application is paused",
});

export const verifyFluxPaused = verifyPaused(flux, pauseFluxObjects, {
  name: "verify_flux_paused",
  title: "Look whether the suspended objects of Flux stand still",
  nonePaused: "nothing of Flux is suspended",
});
