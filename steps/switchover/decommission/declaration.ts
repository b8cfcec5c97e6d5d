import * as Type from "typebox";
import type { ExitCodeDeclaration, StepContext } from "../../lib/step/types.ts";
import { gateResults } from "../approval/gate-results.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import { approvalParameters, hubParameters, operationParameters, removalParameters } from "../parameters.ts";
import { signalWorkspaces } from "../signal-workspaces.ts";

export const decommissionParams = {
  ...removalParameters,
  "operation-id": operationParameters["operation-id"],
  ...hubParameters,
  ...approvalParameters,
  "dry-run": operationParameters["dry-run"],
  force: Type.Boolean({
    default: false,
    description: "Also remove a hub with clusters that are still Available: they are detached",
  }),
};

export const decommissionResults = {
  outcome: {
    description: "How the task ended",
    neutral: "",
    values: ["", "succeeded", "failed", "refused", "dry-run"],
  },
  "state-file": { description: "Name of the operation's state file in the state workspace", neutral: "" },
  warnings: { description: "Number of warnings", neutral: "0" },
  ...gateResults,
  summary: { description: "One sentence for people", neutral: "", human: true },
  report: { description: "Path of the operation's state, which holds what was removed", neutral: "" },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const decommissionWorkspaces = {
  state: { description: "Where operations keep their state; the same for every run of an operation", optional: true },
  ...signalWorkspaces,
  "primary-kubeconfig": kubeconfigWorkspace("the hub to remove"),
  "secondary-kubeconfig": {
    description:
      "Secret with the kubeconfig of the hub that has the clusters now; nothing is proved of it when not bound",
    readOnly: true,
    optional: true,
    secret: true,
  },
} as const;

export const decommissionExitCodes: readonly ExitCodeDeclaration[] = [
  { code: 0, meaning: "the hub is removed, planned (dry run) or already removed" },
  { code: 1, meaning: "something could not be removed; start again to do what is missing" },
  { code: 2, meaning: "a parameter or kubeconfig is invalid; no hub was asked" },
  { code: 3, meaning: "a permission is missing, or a Hive cluster would be destroyed; nothing was removed" },
  { code: 4, meaning: "refused: confirmation, clusters, other hub, state or lock do not fit" },
  { code: 5, meaning: "a wait or the deadline ended; start again to resume" },
  { code: 130, meaning: "interrupted; start again to resume" },
  { code: 143, meaning: "terminated; start again to resume" },
];

export type DecommissionStepContext = StepContext<
  typeof decommissionParams,
  typeof decommissionResults,
  typeof decommissionWorkspaces
>;
