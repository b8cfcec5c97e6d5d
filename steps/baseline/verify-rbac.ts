import { defineStep } from "../lib/step/define-step.ts";
import { checkoutParameters, verifyExitCodes, verifyResults, verifyWorkspaces } from "./checkout/parameters.ts";

/** Compares the committed role with the one that the assets need. Asks no cluster. */
export const verifyRbac = defineStep({
  area: "baseline",
  name: "verify-rbac",
  summary: "Check that the committed ClusterRoles are what the assets need",
  description: `Makes the ClusterRoles of the baseline and of its watcher anew from the assets of a checkout and compares
them, byte for byte, with rbac/baseline/cluster-role.yaml and triggers/baseline/watcher/cluster-role.yaml. Also refuses
a catalog in which two assets render the same object, or one renders what a tombstone deletes. For the check of a pull
request: it asks no cluster and changes nothing.`,
  params: checkoutParameters,
  results: verifyResults,
  workspaces: verifyWorkspaces,
  exitCodes: verifyExitCodes,
  permissions: [],
  deadlineSeconds: 240,
  deadlineExitCode: 1,
  example: { folder: "." },
  tekton: {
    displayName: "Virtualization baseline: check the role",
    categories: ["Openshift", "Testing"],
    tags: ["kubevirt", "baseline", "rbac"],
  },
  run: async (context) => {
    const { runVerifyRbac } = await import("./verify-rbac/run-verify-rbac.ts");
    await runVerifyRbac(context);
  },
});
