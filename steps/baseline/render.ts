import { defineStep } from "../lib/step/define-step.ts";
import { readPermissions } from "./permissions.ts";
import { renderParams, renderResults, renderWorkspaces } from "./render/declaration.ts";

/** Shows what the baseline is, of a cluster or of files. */
export const render = defineStep({
  area: "baseline",
  name: "render",
  summary: "Show the objects of a virtualization platform's baseline",
  description: `Renders the assets of the baseline as a reconciliation would for the same HyperConverged and the same cluster, and
prints them as YAML that kubectl takes, as JSON records, or as a table. Looks at the cluster, or, with hco-file or
context-file, asks none: then there is no node and every CRD unless something else is said. Nothing is ever written to a
cluster: the golden config of the HyperConverged is tried by the server's dry run. What users patch, ignore or keep for
themselves on live objects is not part of it.`,
  params: renderParams,
  results: renderResults,
  workspaces: renderWorkspaces,
  exitCodes: [
    { code: 0, meaning: "the assets were rendered, or there is no HyperConverged" },
    { code: 1, meaning: "the cluster could not be asked, or the run was interrupted" },
    { code: 2, meaning: "a parameter, a file or the catalog is invalid" },
    { code: 3, meaning: "with strict: an asset cannot be rendered" },
    { code: 5, meaning: "the CRD of HyperConverged is not installed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: readPermissions,
  deadlineSeconds: 180,
  deadlineExitCode: 1,
  example: { "hco-file": "hyperconverged.yaml", output: "status", "show-excluded": "true" },
  tekton: {
    displayName: "Virtualization baseline, rendered",
    categories: ["Openshift", "Automation"],
    tags: ["kubevirt", "virtualization", "baseline"],
  },
  run: async (context) => {
    const { runRender } = await import("./render/run-render.ts");
    await runRender(context);
  },
});
