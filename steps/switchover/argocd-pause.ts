import { defineStep } from "../lib/step/define-step.ts";
import { argocdExitCodes, argocdResults, argocdWorkspaces, pauseParams } from "./argocd/declaration.ts";
import { permissionsOf } from "./permissions.ts";

/** Pause the Argo CD Applications that touch ACM. */
export const argocdPause = defineStep({
  area: "switchover",
  name: "argocd-pause",
  summary: "Pause the Argo CD Applications that touch ACM",
  description: `Turns automated sync off in every Application of the given hubs that touches ACM, and keeps what it was, for argocd-resume.
Applications that do not sync by themselves are left alone. Ends when no sync of the paused ones is under way; fails where an
ApplicationSet or a parent Application turns one on again, so let that leave /spec/syncPolicy alone. Run again it pauses what has come since.
A switchover with argocd-manage does the same by itself. With flux-manage the Kustomizations and HelmReleases
of Flux that touch ACM are suspended, too.`,
  params: pauseParams,
  results: argocdResults,
  workspaces: argocdWorkspaces,
  exitCodes: argocdExitCodes,
  permissions: permissionsOf("argocd-pause"),
  deadlineSeconds: 600,
  deadlineExitCode: 5,
  example: { "operation-id": "spring-freeze" },
  tekton: {
    displayName: "Switchover argocd-pause",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "argocd"],
  },
  run: async (context) => {
    const { runArgocdPause } = await import("./argocd/run-argocd-pause.ts");
    await runArgocdPause(context);
  },
});
