import { type PhaseStep, phaseStep } from "../../lib/phase/types.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type ArgoContext, readForPause, readPaused } from "./argo-context.ts";
import { type PauseSeen, planPause, settleEntries } from "./plan-pause.ts";
import { planResume, type ResumeSeen } from "./plan-resume.ts";
import { standStill } from "./stand-still.ts";

/** Turns the automated sync of every Application off that touches ACM. */
export const pauseApplications: PhaseStep<ArgoContext, OperationMemory, PauseSeen> = {
  name: "pause_argocd_apps",
  title: "Pause the Argo CD Applications that touch ACM",
  onResume: "observe",
  read: readForPause,
  plan: (seen, context) => planPause(seen, context.memory(), (held) => standStill(held, context)),
  async onFailure(_error, context) {
    const { applications, hubs } = await readPaused(context);
    return [
      {
        kind: "remember",
        note: "keep what was paused, forget what was not",
        update: (memory) => settleEntries({ applications, hubs }, memory),
      },
    ];
  },
};

/** Gives what was paused its sync policy back. */
export const resumeApplications: PhaseStep<ArgoContext, OperationMemory, ResumeSeen> = {
  name: "resume_argocd_apps",
  title: "Let the paused Argo CD Applications sync again",
  onResume: "observe",
  read: readPaused,
  plan: (seen, context) => planResume(seen, context.memory()),
};

export const pauseApplicationsStep: PhaseStep<ArgoContext, OperationMemory> = phaseStep(pauseApplications);
export const resumeApplicationsStep: PhaseStep<ArgoContext, OperationMemory> = phaseStep(resumeApplications);
