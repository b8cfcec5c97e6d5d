import { defineStep } from "../lib/step/define-step.ts";
import { argocdExitCodes, argocdResults, argocdWorkspaces, resumeParams } from "./argocd/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Let paused Argo CD Applications sync again. */
export const argocdResume = defineStep({
  area: "switchover",
  name: "argocd-resume",
  summary: "Let paused Argo CD Applications sync again",
  description: `Gives each Application that a switchover or argocd-pause paused exactly the sync policy that it had. What another run has paused is left alone.
What the same operation suspended of Flux gets its suspend back as it was, too.
Let Git lead to the new hub first: Argo CD makes the hubs what Git says as soon as this is done.
Run again it finds everything resumed.`,
  params: resumeParams,
  results: argocdResults,
  workspaces: argocdWorkspaces,
  exitCodes: argocdExitCodes,
  permissions: permissionsOf("argocd-resume"),
  deadlineSeconds: 600,
  deadlineExitCode: 5,
  example: { "operation-id": "spring-drill" },
  tekton: {
    displayName: "Switchover argocd-resume",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "argocd"],
  },
  run: async (context) => {
    const { runArgocdResume } = await import("./argocd/run-argocd-resume.ts");
    await runArgocdResume(context);
  },
});
