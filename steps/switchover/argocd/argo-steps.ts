import { type PhaseStep, phaseStep } from "../../lib/phase/types.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type ArgoContext, readForPause, readPaused } from "./argo-context.ts";
import { argoCd } from "./argo-keeper.ts";
import type { Keeper } from "./keeper.ts";
import { type PauseSeen, planPause, settleEntries } from "./plan-pause.ts";
import { planResume, type ResumeSeen } from "./plan-resume.ts";
import { standStill } from "./stand-still.ts";

interface StepName {
  readonly name: string;
  readonly title: string;
}

/** Pauses what a keeper has that touches ACM. */
export function pauseStep(keeper: Keeper, step: StepName): PhaseStep<ArgoContext, OperationMemory, PauseSeen> {
  return {
    ...step,
    onResume: "observe",
    read: (context) => readForPause(context, keeper),
    plan: (seen, context) => planPause(seen, context.memory(), (held) => standStill(held, context, keeper), keeper),
    async onFailure(_error, context) {
      const { applications, hubs } = await readPaused(context, keeper);
      return [
        {
          kind: "remember",
          note: "keep what was paused, forget what was not",
          update: (memory) => settleEntries({ applications, hubs }, memory, keeper),
        },
      ];
    },
  };
}

/** Gives what was paused back what it had. */
export function resumeStep(keeper: Keeper, step: StepName): PhaseStep<ArgoContext, OperationMemory, ResumeSeen> {
  return {
    ...step,
    onResume: "observe",
    read: (context) => readPaused(context, keeper),
    plan: (seen, context) => planResume(seen, context.memory(), keeper),
  };
}

/** Turns the automated sync of every Application off that touches ACM. */
export const pauseApplications = pauseStep(argoCd, {
  name: "pause_argocd_apps",
  title: "Pause the Argo CD Applications that touch ACM",
});

/** Gives what was paused its sync policy back. */
export const resumeApplications = resumeStep(argoCd, {
  name: "resume_argocd_apps",
  title: "Let the paused Argo CD Applications sync again",
});

export const pauseApplicationsStep: PhaseStep<ArgoContext, OperationMemory> = phaseStep(pauseApplications);
export const resumeApplicationsStep: PhaseStep<ArgoContext, OperationMemory> = phaseStep(resumeApplications);
