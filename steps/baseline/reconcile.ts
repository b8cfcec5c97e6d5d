import { defineStep } from "../lib/step/define-step.ts";
import { reconcilePermissions } from "./permissions.ts";
import { clusterWorkspaces, reconcileParams, reconcileResults } from "./reconcile/declaration.ts";

/** Brings a virtualization platform to its baseline. */
export const reconcile = defineStep({
  area: "baseline",
  name: "reconcile",
  summary: "Bring a virtualization platform to its baseline",
  description: `Looks at the HyperConverged and at the cluster, and applies each asset of the baseline that is wanted
there by server-side apply: what drifted is corrected, what users patch, ignore, exclude or keep for themselves is
respected, and what somebody else keeps changing is paused instead of being fought over. Without drift nothing is
written. One run at a time: a second one ends at once with exit 6.`,
  params: reconcileParams,
  results: reconcileResults,
  workspaces: clusterWorkspaces,
  exitCodes: [
    { code: 0, meaning: "the platform is at its baseline, or there is nothing to keep" },
    { code: 1, meaning: "the run could not go on, or was interrupted" },
    { code: 2, meaning: "a parameter or the catalog is invalid; nothing was written" },
    {
      code: 3,
      meaning:
        "at least one asset failed; the others were brought to the baseline, or not tried where the HyperConverged failed",
    },
    { code: 5, meaning: "the CRD of HyperConverged is not installed" },
    { code: 6, meaning: "another run is at work" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: reconcilePermissions,
  deadlineSeconds: 840,
  deadlineExitCode: 1,
  example: { "dry-run": "true" },
  tekton: {
    displayName: "Virtualization baseline",
    categories: ["Openshift", "Automation"],
    tags: ["kubevirt", "virtualization", "baseline"],
  },
  run: async (context) => {
    const { runReconcile } = await import("./reconcile/run-reconcile.ts");
    await runReconcile(context);
  },
});
