import { argoCd } from "../../argocd/argo-keeper.ts";
import { resumeApplications } from "../../argocd/argo-steps.ts";
import type { Keeper } from "../../argocd/keeper.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { planResume } from "../../argocd/plan-resume.ts";
import { flux } from "../../flux/flux-keeper.ts";
import { resumeFluxObjects } from "../../flux/flux-steps.ts";
import { type SwitchoverContext, type SwitchoverStep, switchoverStep } from "../switchover-context.ts";

const toResume = "give argocd-resume the operation-id of this switchover once Git leads to the new hub";

interface Resume {
  readonly wanted: (context: SwitchoverContext) => boolean;
  readonly noneOnNewHub: string;
  readonly none: string;
  readonly again: string;
}

/** Last of all: from here on the hubs are made what Git says. */
function resumeLast(
  keeper: Keeper,
  step: typeof resumeApplications,
  { wanted, noneOnNewHub, none, again }: Resume,
): SwitchoverStep {
  /** On the hubs that may be asked. */
  const paused = (context: SwitchoverContext) =>
    notResumed(context.memory(), keeper).filter(({ hub }) => context.oldHub === "reachable" || hub !== "primary");
  return switchoverStep({
    ...step,
    skip(context) {
      const { length } = paused(context);
      if (length === 0 && context.oldHub === "down") return noneOnNewHub;
      if (wanted(context) && !context.dryRun.enabled) return undefined;
      if (length === 0) return none;
      return wanted(context)
        ? `would let ${length} ${keeper.noun} ${again} again`
        : `${length} ${keeper.noun} stay paused: ${toResume}`;
    },
    plan(seen, context) {
      const memory = context.memory();
      const reachable = context.oldHub === "reachable" ? memory : keeper.state.keep(memory, paused(context));
      return planResume(seen, reachable, keeper);
    },
  });
}

export const resumeArgocdApps = resumeLast(argoCd, resumeApplications, {
  wanted: ({ settings }) => settings.argocdResume,
  noneOnNewHub: "no Application of the new hub is paused",
  none: "no Application is paused",
  again: "sync",
});

export const resumeFlux = resumeLast(flux, resumeFluxObjects, {
  wanted: ({ settings }) => settings.fluxResume,
  noneOnNewHub: "nothing of Flux is suspended on the new hub",
  none: "nothing of Flux is suspended",
  again: "reconcile",
});
