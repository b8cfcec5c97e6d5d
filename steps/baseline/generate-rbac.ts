import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";
import { checkoutParameters, generateExitCodes } from "./checkout/parameters.ts";

export const generateRbacParams = {
  ...checkoutParameters,
  "dry-run": Type.Boolean({ default: false, description: "Print the roles, and write nothing" }),
};

/** Writes the roles that the assets of a checkout need. Asks no cluster. */
export const generateRbac = defineCommand({
  area: "baseline",
  name: "generate-rbac",
  summary: "Write the ClusterRoles that the assets need",
  description: `Finds out which objects the assets of a checkout can become, and writes the ClusterRole of the baseline,
rbac/baseline/cluster-role.yaml: what the program itself needs, what roles among the assets grant, and the assets
object by object; and what a watcher needs beside it, triggers/baseline/watcher/cluster-role.yaml. The same assets give
the same bytes. Commit what it writes.`,
  params: generateRbacParams,
  exitCodes: generateExitCodes,
  example: { "dry-run": "true" },
  run: async (context) => {
    const { runGenerateRbac } = await import("./generate-rbac/run-generate-rbac.ts");
    await runGenerateRbac(context);
  },
});
