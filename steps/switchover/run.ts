import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";
import { outputFormats } from "../lib/step/output.ts";
import { taskExitCodes, taskParams } from "./operation/declaration.ts";
import { checkParams } from "./preflight/declaration.ts";

export const runParams = {
  "primary-kubeconfig": Type.String({
    default: "",
    description: "Kubeconfig of the old hub; the context primary-context of KUBECONFIG or ~/.kube/config when empty",
  }),
  "secondary-kubeconfig": Type.String({
    default: "",
    description: "Kubeconfig of the new hub; the context secondary-context of KUBECONFIG or ~/.kube/config when empty",
  }),
  "spoke-kubeconfigs": Type.String({
    default: "",
    description:
      "Kubeconfig of managed clusters, or a folder of them; klusterlets that do not find the new hub are led to it",
  }),
  "state-folder": Type.String({
    default: "",
    description: "Where operations keep their state; ACM_SWITCHOVER_STATE_DIR or .state when empty",
  }),
  "report-folder": Type.String({
    default: "",
    description: "Where the report is written; reports/ beside the state when empty",
  }),
  "notifications-folder": Type.String({
    default: "",
    description: "Folder with notifications.yaml and the files that it names; nobody is notified when empty",
  }),
  "audit-key": Type.String({
    default: "",
    description: "File of the Ed25519 key (PKCS 8, PEM) that signs the audit trail; unsigned when empty",
  }),
  output: Type.Enum([...outputFormats], {
    default: "table",
    description:
      "Form in which a dry run prints its plan: lines with differences for people, JSON or YAML for programs",
  }),
  ...taskParams,
  ...checkParams,
};

/** The same phases as the Pipeline, in one process. */
export const run = defineCommand({
  area: "switchover",
  name: "run",
  summary: "Run a whole switchover without Tekton",
  description:
    "Checks both hubs, then walks the phases of the Pipeline in one process. Started again with the same hubs it goes on where it stopped. --dry-run prints the plan and changes nothing.",
  params: runParams,
  exitCodes: [
    ...taskExitCodes.slice(0, 3),
    { code: 3, meaning: "a critical check failed; nothing was changed" },
    ...taskExitCodes.slice(3),
  ],
  example: {
    "primary-kubeconfig": "old-hub.kubeconfig",
    "secondary-kubeconfig": "new-hub.kubeconfig",
    "dry-run": "true",
  },
  run: async (context) => {
    const { runSwitchover } = await import("./operation/run-switchover.ts");
    await runSwitchover(context);
  },
});
