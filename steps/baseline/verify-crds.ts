import * as Type from "typebox";
import { defineStep } from "../lib/step/define-step.ts";
import { checkoutParameters, verifyExitCodes, verifyResults, verifyWorkspaces } from "./checkout/parameters.ts";
import { collectionParameter } from "./crds/collection-parameter.ts";
import { upstreamParameters } from "./crds/upstream-parameters.ts";

export const verifyCrdsParams = {
  ...checkoutParameters,
  ...collectionParameter,
  online: Type.Boolean({
    default: false,
    description: "Compare with what the sources have now, and not with the lock; needs the internet, or a mirror",
  }),
  ...upstreamParameters,
};

export const verifyCrdsWorkspaces = {
  ...verifyWorkspaces,
  crds: { description: "The CRD collection, where no parameter names its folder", readOnly: true, optional: true },
} as const;

/** Compares a CRD collection with its lock, and the assets with the collection. Asks no cluster. */
export const verifyCrds = defineStep({
  area: "baseline",
  name: "verify-crds",
  summary: "Check the CRD collection by its lock, and the assets by it",
  description: `Compares the files of the CRD collection, byte for byte, with crds.lock.json of a checkout, so that no
branch that moves changes the answer. Then holds what the assets render against these CRDs: a field that none declares,
or a value of another type, would be refused by server-side apply. With online the files are compared with what their
sources have now instead. For the check of a pull request: it asks no cluster and changes nothing.`,
  params: verifyCrdsParams,
  results: verifyResults,
  workspaces: verifyCrdsWorkspaces,
  exitCodes: verifyExitCodes,
  permissions: [],
  deadlineSeconds: 240,
  deadlineExitCode: 1,
  example: { crds: "/var/cache/crds" },
  tekton: {
    displayName: "Virtualization baseline: check the CRDs",
    categories: ["Openshift", "Testing"],
    tags: ["kubevirt", "baseline", "crd"],
  },
  run: async (context) => {
    const { runVerifyCrds } = await import("./verify-crds/run-verify-crds.ts");
    await runVerifyCrds(context);
  },
});
