import { defineStep } from "../lib/step/define-step.ts";
import { setupParams, setupResults, setupWorkspaces } from "./setup/declaration.ts";
import { setupPermissions } from "./setup/permissions.ts";

/** Makes the accounts and roles of a switchover on one hub, and kubeconfigs for them. */
export const setup = defineStep({
  area: "switchover",
  name: "setup",
  summary: "Make accounts, roles and kubeconfigs for switchovers on a hub",
  description: `Applies the namespace, ServiceAccounts and roles that a switchover needs, by the kubeconfig of an administrator.
Roles of namespaces that do not exist are left out with a warning. Then requests a token for each account, writes a
kubeconfig with it, readable by its owner only, and asks the hub with it whether every permission is granted. A second
run changes nothing but the tokens. Inside a pod the kubeconfigs lie on the output workspace: move them into Secrets,
and delete them there.`,
  params: setupParams,
  results: setupResults,
  workspaces: setupWorkspaces,
  exitCodes: [
    { code: 0, meaning: "set up, or planned (dry run)" },
    { code: 1, meaning: "the setup failed; start again to complete it" },
    { code: 2, meaning: "a parameter or kubeconfig is invalid; the hub was not asked" },
    { code: 3, meaning: "set up, but the hub does not grant all that the accounts need" },
    { code: 5, meaning: "the deadline passed; start again to complete it" },
    { code: 130, meaning: "interrupted; start again to complete it" },
    { code: 143, meaning: "terminated; start again to complete it" },
  ],
  permissions: setupPermissions,
  deadlineSeconds: 300,
  deadlineExitCode: 5,
  example: { context: "hub-east-admin", role: "both", "token-duration": "48h" },
  tekton: {
    displayName: "Switchover setup",
    categories: ["Openshift", "Security"],
    tags: ["acm", "switchover", "setup", "rbac"],
  },
  run: async (context) => {
    const { runSetup } = await import("./setup/run-setup.ts");
    await runSetup(context);
  },
});
