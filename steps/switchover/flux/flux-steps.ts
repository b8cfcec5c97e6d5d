import { type PhaseStep, phaseStep } from "../../lib/phase/types.ts";
import type { ArgoContext } from "../argocd/argo-context.ts";
import { pauseStep, resumeStep } from "../argocd/argo-steps.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { flux } from "./flux-keeper.ts";

/** Suspends every Kustomization and HelmRelease that touches ACM. */
export const pauseFluxObjects = pauseStep(flux, {
  name: "pause_flux",
  title: "Suspend the Kustomizations and HelmReleases of Flux that touch ACM",
});

/** Gives what was suspended its `suspend` back as it was. */
export const resumeFluxObjects = resumeStep(flux, {
  name: "resume_flux",
  title: "Let the suspended objects of Flux reconcile again",
});

export const pauseFluxStep: PhaseStep<ArgoContext, OperationMemory> = phaseStep(pauseFluxObjects);
export const resumeFluxStep: PhaseStep<ArgoContext, OperationMemory> = phaseStep(resumeFluxObjects);
