import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";
import { checkoutParameters } from "./checkout/parameters.ts";
import { collectionParameter } from "./crds/collection-parameter.ts";
import { upstreamParameters } from "./crds/upstream-parameters.ts";

export const updateCrdsParams = {
  ...checkoutParameters,
  ...collectionParameter,
  ...upstreamParameters,
  "dry-run": Type.Boolean({ default: false, description: "Fetch and tell what would change, and write nothing" }),
};

/** Fetches the CRDs that the assets are checked against, and locks what came. */
export const updateCrds = defineCommand({
  area: "baseline",
  name: "update-crds",
  summary: "Fetch the CRDs that assets are checked against",
  description: `Fetches each CRD of the collection from the repository of its project into a folder outside of the
checkout, and writes to crds.lock.json which bytes came from which commit. What cannot be fetched, or is no CRD, replaces
nothing. A file that the lock has and no source any more is removed; files that are neither stay. Commit the lock.`,
  params: updateCrdsParams,
  exitCodes: [
    { code: 0, meaning: "the collection is complete" },
    { code: 1, meaning: "a file of the collection is missing and could not be had; the others were written" },
    { code: 2, meaning: "a parameter or the lock is invalid; nothing was written" },
  ],
  example: { crds: "/var/cache/crds" },
  run: async (context) => {
    const { runUpdateCrds } = await import("./update-crds/run-update-crds.ts");
    await runUpdateCrds(context);
  },
});
