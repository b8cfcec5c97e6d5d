import * as Type from "typebox";
import { defineStep } from "../lib/step/define-step.ts";
import { describedParameters, repositoryPath } from "./checkout/repository-parameters.ts";
import { countResult, endResults } from "./step-parts.ts";

export const fetchCheckoutParams = {
  repository: Type.String({
    pattern: "^https?://[^\\s@]{1,2000}$",
    rule: "an http(s) URL without credentials",
    description: "URL of the repository, as git clones it by HTTPS",
  }),
  head: Type.String({
    pattern: "^[0-9a-f]{40}$",
    rule: "a commit, 40 hexadecimal digits",
    description: "Commit that is checked",
  }),
  base: Type.String({
    pattern: "^([0-9a-f]{40})?$",
    rule: "a commit, 40 hexadecimal digits, or nothing",
    default: "",
    description:
      "Commit that it is compared with; none when empty, the newest of the default branch when all zeros, as a push has it for a new branch",
  }),
  folder: repositoryPath("Folder of the repository with assets, role and features", "."),
  ...describedParameters,
  "allow-plain-http": Type.Boolean({
    default: false,
    description: "Let the repository be fetched without TLS; whoever is on the way can then change what is checked",
  }),
  "allow-loopback": Type.Boolean({
    default: false,
    description: "Let the repository be one of this very host",
  }),
};

export const fetchCheckoutResults = {
  outcome: { description: "Whether the commits are there", neutral: "", values: ["", "fetched", "failed"] },
  files: countResult("Files of the checked commit that were kept"),
  ...endResults,
} as const;

export const fetchCheckoutWorkspaces = {
  source: { description: "Where the commits are left, in the folders head and base" },
  "git-credentials": {
    description:
      "Secret with the token of the repository (key token), the user that it belongs to (key username, git without it) and the authority of its certificate (key ca.crt); each may be absent",
    readOnly: true,
    optional: true,
    secret: true,
  },
} as const;

/** Gets two commits of a repository, for the check of a pull request. */
export const fetchCheckout = defineStep({
  area: "baseline",
  name: "fetch-checkout",
  summary: "Get two commits of a repository over HTTPS",
  description: `Fetches a commit and the one that it is compared with, without their history, and leaves what the baseline
needs of them: assets, role, list of features, lock of the CRDs and the HyperConverged. Links are left out, and nothing of
what was fetched is run. Needs no git. Follows no redirect, and contacts no address of a cloud's metadata.`,
  params: fetchCheckoutParams,
  results: fetchCheckoutResults,
  workspaces: fetchCheckoutWorkspaces,
  exitCodes: [
    { code: 0, meaning: "the commits are there" },
    { code: 1, meaning: "the repository cannot be reached, or does not give the commit, or the run was interrupted" },
    { code: 2, meaning: "a parameter or the Secret is invalid, or the repository must not be contacted" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: [],
  deadlineSeconds: 180,
  deadlineExitCode: 1,
  // A pack is in memory as it comes and as it is stored.
  memoryMi: 512,
  example: {
    repository: "https://git.example.com/platform/baseline.git",
    head: "1f0c9bd1b0a4e4f4a1c0f5c3f8b7a6d5e4c3b2a1",
    base: "9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d",
  },
  tekton: {
    displayName: "Virtualization baseline: get the commits",
    categories: ["Git", "Testing"],
    tags: ["kubevirt", "baseline", "git"],
  },
  run: async (context) => {
    const { runFetchCheckout } = await import("./fetch-checkout/run-fetch-checkout.ts");
    await runFetchCheckout(context);
  },
});
