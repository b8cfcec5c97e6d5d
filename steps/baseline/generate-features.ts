import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";
import { checkoutParameters, generateExitCodes } from "./checkout/parameters.ts";

export const generateFeaturesParams = {
  ...checkoutParameters,
  "dry-run": Type.Boolean({ default: false, description: "Print the features document, and write nothing" }),
};

/** Writes what the catalog of a checkout says of its features. Asks no cluster. */
export const generateFeatures = defineCommand({
  area: "baseline",
  name: "generate-features",
  summary: "Write the list of features that the catalog offers",
  description: `Derives the features of the baseline from the catalog of a checkout, how ripe each is and what switches
it on, and writes them as assets/baseline/features.json and as the table of docs/baseline/features.md. Nothing else of
that page is changed. Commit what it writes.`,
  params: generateFeaturesParams,
  exitCodes: generateExitCodes,
  example: { "dry-run": "true" },
  run: async (context) => {
    const { runGenerateFeatures } = await import("./generate-features/run-generate-features.ts");
    await runGenerateFeatures(context);
  },
});
