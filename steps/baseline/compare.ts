import * as Type from "typebox";
import { defineStep } from "../lib/step/define-step.ts";
import { checkoutNames, describedParameters, repositoryPath } from "./checkout/repository-parameters.ts";
import { selectionParameters } from "./parameters.ts";
import { renderParams } from "./render/declaration.ts";
import { countResult, endResults } from "./step-parts.ts";

const checkout = (description: string, otherwise: string) =>
  Type.String({ minLength: 1, maxLength: 4096, default: otherwise, description });

export const compareParams = {
  head: checkout("Folder of the checked commit; below the workspace source where one is bound", checkoutNames.head),
  base: checkout("Folder of the commit that it is compared with; below that workspace, too", checkoutNames.base),
  folder: repositoryPath("Folder of the repository with the assets", "."),
  ...describedParameters,
  "require-opt-in": selectionParameters["require-opt-in"],
  topology: renderParams.topology,
  image: renderParams.image,
};

export const compareResults = {
  outcome: {
    description: "Whether the checked commit renders the same, or how the comparison failed",
    neutral: "",
    values: ["", "unchanged", "changed", "failed"],
  },
  added: countResult("Objects that only the checked commit renders"),
  changed: countResult("Objects that both render, each in its own way"),
  removed: countResult("Objects that the checked commit renders no more"),
  errors: countResult("Assets that the checked commit cannot render"),
  assets: {
    description: "Whose assets were rendered; own for those of the repository, shipped for those of this program",
    neutral: "",
    values: ["", "own", "shipped"],
  },
  diff: {
    description: "What is different: the objects, then the first lines",
    neutral: "",
    human: true,
    linesBytes: 360,
  },
  report: { description: "Path of the whole difference in the output workspace, empty without any", neutral: "" },
  ...endResults,
} as const;

export const compareWorkspaces = {
  source: { description: "The checkouts", readOnly: true, optional: true },
  output: { description: "Where the whole difference is left, as rendered.diff", optional: true },
} as const;

/** Shows what a change of a repository changes of the baseline. */
export const compare = defineStep({
  area: "baseline",
  name: "compare",
  summary: "Show what a change of the repository changes of the baseline",
  description: `Renders the baseline of two commits, each from its own HyperConverged and its own assets (those of this
program, where the repository has none), as render does for files, and tells the difference of the renderings: what
would be applied, applied otherwise, applied no more, or deleted by a tombstone. A difference is no failure; an asset
that cannot be rendered is one. For the check of a pull request: it asks no cluster and changes nothing.`,
  params: compareParams,
  results: compareResults,
  workspaces: compareWorkspaces,
  exitCodes: [
    { code: 0, meaning: "both were rendered and compared" },
    { code: 1, meaning: "the comparison could not be made, or was interrupted" },
    { code: 2, meaning: "a parameter, the HyperConverged or the catalog of the checked commit is invalid" },
    { code: 3, meaning: "the checked commit has an asset that cannot be rendered" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: [],
  deadlineSeconds: 180,
  deadlineExitCode: 1,
  example: { base: "../main", head: ".", "hco-file": "baseline/hyperconverged.yaml" },
  tekton: {
    displayName: "Virtualization baseline: compare the renderings",
    categories: ["Openshift", "Testing"],
    tags: ["kubevirt", "virtualization", "baseline"],
  },
  run: async (context) => {
    const { runCompare } = await import("./compare/run-compare.ts");
    await runCompare(context);
  },
});
