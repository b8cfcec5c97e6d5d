import { defineStep } from "../lib/step/define-step.ts";
import { resumePermissions } from "./permissions.ts";
import { resumeParams, resumeResults, resumeWorkspaces } from "./resume/declaration.ts";

/** Lets paused objects be kept at the baseline again. */
export const resume = defineStep({
  area: "baseline",
  name: "resume",
  summary: "Let paused objects be kept at the baseline again",
  description: `Takes the annotation platform.kubevirt.io/reconcile-paused from one object, or from all that carry it, and forgets what
is known of the edit war, so that the next reconciliation begins anew with it. An object that was paused while it was
absent is created again by that. The object itself is not changed otherwise, and one that is not paused is left as it is.
Find who else writes the object first: otherwise it is paused again.`,
  params: resumeParams,
  results: resumeResults,
  workspaces: resumeWorkspaces,
  exitCodes: [
    { code: 0, meaning: "what was paused is resumed, or nothing was paused" },
    { code: 1, meaning: "the run could not go on, or was interrupted" },
    { code: 2, meaning: "a parameter or the catalog is invalid; nothing was written" },
    { code: 3, meaning: "at least one object could not be resumed" },
    { code: 5, meaning: "the CRD of HyperConverged is not installed" },
    { code: 6, meaning: "another run is at work" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: resumePermissions,
  deadlineSeconds: 180,
  deadlineExitCode: 1,
  example: { resource: "KubeDescheduler/openshift-kube-descheduler-operator/cluster" },
  tekton: {
    displayName: "Virtualization baseline, resumed",
    categories: ["Openshift", "Automation"],
    tags: ["kubevirt", "virtualization", "baseline"],
  },
  run: async (context) => {
    const { runResume } = await import("./resume/run-resume.ts");
    await runResume(context);
  },
});
