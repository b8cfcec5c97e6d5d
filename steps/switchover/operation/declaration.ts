import * as Type from "typebox";
import type { ExitCodeDeclaration, StepContext } from "../../lib/step/types.ts";
import { gateResults } from "../approval/gate-results.ts";
import { kubeconfigWorkspace } from "../kubeconfig-workspace.ts";
import {
  activationParameters,
  approvalParameters,
  argocdParameters,
  hubParameters,
  lostHubParameters,
  methodParameters,
  observabilityParameters,
  operationParameters,
  preparationParameters,
} from "../parameters.ts";
import { signalWorkspaces } from "../signal-workspaces.ts";

// The interface that the four tasks of a switchover after its preflight share.

const durationText = Type.String({ pattern: "^([0-9]{1,9}(\\.[0-9]{1,9})?(ms|s|m|h))+$", maxLength: 60 });

export const taskParams = {
  ...methodParameters,
  ...operationParameters,
  ...hubParameters,
  ...lostHubParameters,
  "min-managed-clusters": Type.Integer({
    minimum: 0,
    default: 0,
    description: "Fewest managed clusters that must arrive on the new hub, for example 12",
  }),
  "allow-partial-restore": Type.Boolean({
    default: false,
    description:
      "Accept, with a warning, Velero Restores that ended PartiallyFailed, and clusters restored from an older backup than expected",
  }),
  "allow-missing-clusters": Type.Boolean({
    default: false,
    description: "Accept that clusters of the old hub did not arrive on the new hub",
  }),
  "pin-backup": Type.Boolean({
    default: true,
    description: "Name the backups of one set in a Restore that is created, instead of latest",
  }),
  ...preparationParameters,
  ...activationParameters,
  "max-unavailable": Type.Optional(
    Type.String({
      pattern: "^([0-9]{1,5}|[0-9]{1,2}%|100%)$",
      rule: "a number of clusters or a percentage, such as 3 or 5%",
      description:
        "How many clusters may stay unavailable on the new hub after the whole wait, as a number or percentage, for example 3 or 5%; none when empty",
    }),
  ),
  "backup-schedule-template": Type.Optional(
    Type.Object(
      {
        veleroSchedule: Type.String({ minLength: 1, maxLength: 200 }),
        veleroTtl: Type.Optional(durationText),
        useManagedServiceAccount: Type.Optional(Type.Boolean()),
        managedServiceAccountTTL: Type.Optional(durationText),
        useOwnerReferencesInBackup: Type.Optional(Type.Boolean()),
        volumeSnapshotLocations: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 50 })),
      },
      {
        additionalProperties: false,
        description:
          'Spec of the BackupSchedule that the new hub gets where neither hub has one, as a JSON object, for example {"veleroSchedule":"0 */4 * * *","veleroTtl":"168h"}; it makes import tokens where the component for them works, unless useManagedServiceAccount says otherwise',
      },
    ),
  ),
  ...observabilityParameters,
  ...argocdParameters,
  ...approvalParameters,
  "server-dry-run": Type.Boolean({
    default: true,
    description: "Let a dry run ask the hubs whether they would accept each kind of write",
  }),
  "reset-state": Type.Boolean({
    default: false,
    description: "Start over and keep a copy of the state of an earlier run",
  }),
  force: Type.Boolean({
    default: false,
    description: "Permit what a stale or unclear state forbids; never skips a critical check",
  }),
};

export const taskResults = {
  outcome: {
    description: "How the task ended",
    neutral: "",
    values: ["", "succeeded", "failed", "refused", "dry-run", "already-completed", "skipped"],
  },
  phase: { description: "Phase of the operation after this task", neutral: "" },
  "state-file": { description: "Name of the operation's state file in the state workspace", neutral: "" },
  "clusters-connected": { description: "Connected and required clusters on the new hub, as n/m", neutral: "" },
  warnings: { description: "Number of warnings", neutral: "0" },
  ...gateResults,
  summary: { description: "One sentence for people", neutral: "", human: true },
  "error-code": { description: "Id of the error that ended the task, empty without one", neutral: "" },
} as const;

export const taskWorkspaces = {
  state: { description: "Where operations keep their state; the same for every run of an operation", optional: true },
  output: { description: "Where this run leaves its plan and reports", optional: true },
  ...signalWorkspaces,
  "primary-kubeconfig": kubeconfigWorkspace("the old hub"),
  "secondary-kubeconfig": kubeconfigWorkspace("the new hub"),
} as const;

/** Ways to managed clusters, for the Tasks that look at their klusterlets. */
export function spokeWorkspace(hub: "new" | "old") {
  return {
    description: `Secret with kubeconfigs of managed clusters, each under a key of its own; klusterlets that do not find the ${hub} hub are led to it; left out when not bound`,
    readOnly: true,
    optional: true,
    secret: true,
  } as const;
}

export const taskExitCodes: readonly ExitCodeDeclaration[] = [
  { code: 0, meaning: "done, planned (dry run) or already done" },
  { code: 1, meaning: "the task failed; start again to resume" },
  { code: 2, meaning: "a parameter or kubeconfig is invalid; no hub was asked" },
  { code: 4, meaning: "refused: state, lock, identity or confirmation do not fit" },
  { code: 5, meaning: "a wait or the deadline ended; start again to resume" },
  { code: 130, meaning: "interrupted; start again to resume" },
  { code: 143, meaning: "terminated; start again to resume" },
];

export type TaskContext = StepContext<typeof taskParams, typeof taskResults, typeof taskWorkspaces>;
