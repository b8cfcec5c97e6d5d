import { defineStep } from "../lib/step/define-step.ts";
import { inspectParams, inspectResults, inspectWorkspaces } from "./inspect/declaration.ts";
import { readPermissions } from "./permissions.ts";

/** Shows by what the baseline of a cluster is decided. */
export const inspect = defineStep({
  area: "baseline",
  name: "inspect",
  summary: "Show by what a virtualization platform's baseline is decided",
  description: `Collects what a reconciliation of the cluster would go by and leaves it as files: the context with the nodes and labels
that each hardware flag comes from, every asset of the catalog, those that are not applied and why, the features, the
objects of earlier releases, the HyperConverged as it is and as its golden config would make it, and the rendered
objects. Nothing is written to the cluster: the golden config is tried by the server's dry run.`,
  params: inspectParams,
  results: inspectResults,
  workspaces: inspectWorkspaces,
  exitCodes: [
    { code: 0, meaning: "the files are left, or there is no HyperConverged" },
    { code: 1, meaning: "the cluster could not be asked, or the run was interrupted" },
    { code: 2, meaning: "a parameter or the catalog is invalid" },
    { code: 5, meaning: "the CRD of HyperConverged is not installed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: readPermissions,
  deadlineSeconds: 180,
  deadlineExitCode: 1,
  example: { namespace: "openshift-cnv" },
  tekton: {
    displayName: "Virtualization baseline, inspected",
    categories: ["Openshift", "Automation"],
    tags: ["kubevirt", "virtualization", "baseline"],
  },
  run: async (context) => {
    const { runInspect } = await import("./inspect/run-inspect.ts");
    await runInspect(context);
  },
});
