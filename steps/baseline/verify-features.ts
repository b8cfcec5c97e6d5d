import { defineStep } from "../lib/step/define-step.ts";
import { checkoutParameters, verifyExitCodes, verifyResults, verifyWorkspaces } from "./checkout/parameters.ts";

/** Compares the committed list of features with the catalog. Asks no cluster. */
export const verifyFeatures = defineStep({
  area: "baseline",
  name: "verify-features",
  summary: "Check that the committed list of features is by the catalog",
  description: `Derives the features of the baseline from the catalog of a checkout and compares them with
assets/baseline/features.json and with the table of docs/baseline/features.md. For the check of a pull request: it asks
no cluster and changes nothing.`,
  params: checkoutParameters,
  results: verifyResults,
  workspaces: verifyWorkspaces,
  exitCodes: verifyExitCodes,
  permissions: [],
  deadlineSeconds: 240,
  deadlineExitCode: 1,
  example: { folder: "." },
  tekton: {
    displayName: "Virtualization baseline: check the features",
    categories: ["Openshift", "Testing"],
    tags: ["kubevirt", "baseline", "documentation"],
  },
  run: async (context) => {
    const { runVerifyFeatures } = await import("./verify-features/run-verify-features.ts");
    await runVerifyFeatures(context);
  },
});
