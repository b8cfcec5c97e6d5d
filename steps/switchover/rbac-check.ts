import { defineStep } from "../lib/step/define-step.ts";
import { permissionsOf } from "./permissions.ts";
import { rbacCheckParams, rbacCheckResults, rbacCheckWorkspaces } from "./rbac-check/declaration.ts";

/** Asks which permissions of a role are granted. Changes nothing. */
export const rbacCheck = defineStep({
  area: "switchover",
  name: "rbac-check",
  summary: "Ask hubs or managed clusters which permissions of a role are granted",
  description: `Asks each cluster, with the account of its kubeconfig, for every permission of the role, and lists what is
missing by cluster and namespace with its remedy. A hub plays both parts over its life, so that each hub is asked for
what either part needs. A namespace that does not exist counts as missing, that of observability excepted. What a run
can do without is listed and does not fail the check. Nothing is changed.`,
  params: rbacCheckParams,
  results: rbacCheckResults,
  workspaces: rbacCheckWorkspaces,
  exitCodes: [
    { code: 0, meaning: "all required permissions are granted" },
    { code: 1, meaning: "the check failed" },
    { code: 2, meaning: "a parameter or kubeconfig is invalid; no cluster was asked" },
    { code: 3, meaning: "a permission is missing, or a cluster could not be asked" },
    { code: 5, meaning: "the deadline passed" },
    { code: 130, meaning: "interrupted" },
    { code: 143, meaning: "terminated" },
  ],
  permissions: permissionsOf("rbac-check"),
  deadlineSeconds: 300,
  deadlineExitCode: 5,
  example: { role: "validator", "primary-context": "hub-east", "secondary-context": "hub-west" },
  tekton: {
    displayName: "Switchover RBAC check",
    categories: ["Openshift", "Security"],
    tags: ["acm", "switchover", "rbac"],
  },
  run: async (context) => {
    const { runRbacCheck } = await import("./rbac-check/run-rbac-check.ts");
    await runRbacCheck(context);
  },
});
