import * as Type from "typebox";
import type { StepContext } from "../../lib/step/types.ts";
import { approvalParameters, hubParameters, operationParameters } from "../parameters.ts";
import { spokeWorkspace, taskResults, taskWorkspaces } from "./declaration.ts";

export const rollbackParams = {
  ...operationParameters,
  ...hubParameters,
  ...approvalParameters,
  "rollback-allow-partial": Type.Boolean({
    default: false,
    description: "Succeed although clusters did not connect to the old hub again, with a warning",
  }),
  "recreate-passive": Type.Boolean({
    default: true,
    description: "Make the passive Restore again, so that the new hub is the standby of the old one",
  }),
  "secondary-unreachable": Type.Boolean({
    default: false,
    description: "The new hub is lost: give the old hub everything back without it; needs confirm-new-hub",
  }),
  force: Type.Boolean({
    default: false,
    description: "Roll back although the new hub already makes backups; they are stopped first",
  }),
};

const { "clusters-connected": _onNewHub, outcome, ...rest } = taskResults;

export const rollbackResults = {
  ...rest,
  outcome: {
    ...outcome,
    values: ["", "rolled-back", "failed", "refused", "dry-run"],
  },
  "clusters-connected": { description: "Connected and required clusters on the old hub, as n/m", neutral: "" },
} as const;

export const rollbackWorkspaces = { ...taskWorkspaces, "spoke-kubeconfigs": spokeWorkspace("old") } as const;

export type RollbackContext = StepContext<typeof rollbackParams, typeof rollbackResults, typeof rollbackWorkspaces>;
