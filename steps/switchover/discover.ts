import { defineStep } from "../lib/step/define-step.ts";
import { discoverParams, discoverResults, discoverWorkspaces } from "./discover/declaration.ts";
import { spokeReads } from "./inspection-permissions.ts";
import { permissionsOf } from "./permissions.ts";

/** Tells which hub plays which part. Changes nothing. */
export const discover = defineStep({
  area: "switchover",
  name: "discover",
  summary: "Find the hubs of a kubeconfig and tell which part each plays",
  description: `Looks at every context of the kubeconfigs, tells hubs from other clusters, and tells from backups, Restores and
clusters which hub is primary, secondary or neither. Contexts of one API server count as one. A server that does not
answer is reported and hinders nothing. Proposes what to do next. Where two hubs claim the same cluster, its klusterlet
is asked which it obeys, if a context leads to the cluster. Nothing is changed.`,
  params: discoverParams,
  results: discoverResults,
  workspaces: discoverWorkspaces,
  exitCodes: [
    { code: 0, meaning: "the contexts were looked at, whatever was found" },
    { code: 1, meaning: "the look failed" },
    { code: 2, meaning: "a parameter or kubeconfig is invalid; no cluster was asked" },
    { code: 5, meaning: "the deadline passed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: [...permissionsOf("discover"), ...spokeReads],
  deadlineSeconds: 300,
  deadlineExitCode: 5,
  example: { contexts: "hub-east" },
  tekton: {
    displayName: "Switchover discover",
    categories: ["Openshift", "Automation"],
    tags: ["acm", "switchover", "discover"],
  },
  run: async (context) => {
    const { runDiscover } = await import("./discover/run-discover.ts");
    await runDiscover(context);
  },
});
