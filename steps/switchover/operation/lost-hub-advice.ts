import type { ReportTable } from "../../lib/report/types.ts";
import { annotation, objectName } from "../acm/constants.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { standbyRestore } from "../acm/standby-restore.ts";
import type { StateDocument } from "../state/state-document.ts";

// What an operation left out on a hub that was declared down, and how to make up for it once that hub is back.

type Done = Pick<StateDocument, "completed_steps" | "config" | "current_phase">;

interface Omission {
  /** The step that was left out. */
  readonly step: string;
  readonly what: string;
  readonly otherwise: string;
  readonly commands: (namespaces: HubNamespaces) => readonly string[];
}

const schedules = "backupschedules.cluster.open-cluster-management.io";

const omissions: readonly Omission[] = [
  {
    step: "pause_backup_schedule",
    what: "its BackupSchedule was not paused",
    otherwise:
      "as soon as it runs again it writes to the same backup storage: the new hub's schedule ends in BackupCollision, and latest mixes the backups of two hubs",
    commands: ({ backup }) => [
      `oc -n ${backup} get ${schedules} -o name | xargs -r -n 1 oc -n ${backup} patch --type merge -p '{"spec":{"paused":true}}' (ACM 2.11: oc -n ${backup} delete ${schedules} --all)`,
      `oc -n ${backup} wait ${schedules} --all --for=jsonpath='{.status.phase}'=Paused --timeout=10m (a phase BackupCollision will do, too)`,
    ],
  },
  {
    step: "disable_auto_import",
    what: "its clusters were not kept from being imported there again",
    otherwise: "it may take clusters back from the new hub",
    commands: () => [
      `oc annotate managedclusters.cluster.open-cluster-management.io -l 'local-cluster!=true' ${annotation.disableAutoImport}= --overwrite`,
    ],
  },
  {
    step: "scale_down_thanos",
    what: "its metrics compactor was not stopped",
    otherwise: "two compactors on one bucket damage the metrics; nothing to do without observability",
    commands: ({ observability }) => [
      `oc -n ${observability} scale statefulset ${objectName.thanosCompactor} --replicas=0`,
    ],
  },
];

function left({ completed_steps: steps }: Done): readonly Omission[] {
  const done = new Set(steps.map(({ name }) => name));
  return omissions.filter(({ step }) => !done.has(step));
}

/** Whether the old hub is declared down for this operation, the last run included. */
export function isWithoutOldHub({ config }: Pick<StateDocument, "config">): boolean {
  return config.primary_unreachable === true;
}

/** A table of what was left out, and why that matters; none where the old hub answered. Pure. */
export function omissionTable(document: Done): readonly ReportTable[] {
  if (!isWithoutOldHub(document)) return [];
  const rows = left(document).map(({ step, what, otherwise }) => [step, what, otherwise]);
  const role = ["handle_old_hub", "it was given no part", "it still takes itself for the hub of the fleet"];
  return [{ title: "Not done on the old hub", columns: ["Step", "What", "Why it matters"], rows: [...rows, role] }];
}

/** What to do when the old hub comes back, in order, as commands. Pure. */
export function lostHubActions(document: Done, namespaces: HubNamespaces): readonly string[] {
  if (!isWithoutOldHub(document)) return [];
  const { backup } = namespaces;
  const undone = left(document);
  const fence =
    undone.length === 0
      ? []
      : [
          "Danger: the old hub does not know that it was replaced. Keep it off the network, or take the backup storage's credentials from it, until it was stopped as follows; each command is for the old hub (export KUBECONFIG=old-hub.kubeconfig)",
          ...undone.flatMap(({ what, commands }) => {
            const [first = "", ...others] = commands(namespaces);
            return [`Old hub, ${what}: ${first}`, ...others.map((command) => `Old hub, then: ${command}`)];
          }),
        ];
  if (document.current_phase !== "completed") {
    return [
      ...fence,
      "Where the old hub is back before this operation is finished, start again without primary-unreachable instead: what was left out there is done then",
    ];
  }
  return [
    ...fence,
    `New hub, look whether its schedule still works: oc -n ${backup} get ${schedules}; in phase BackupCollision, once the old hub's is paused, delete and create it anew`,
    `Old hub, make it the standby of the new one once its schedule is paused: oc create -f - <<< '${JSON.stringify(standbyRestore(backup))}'`,
    "Or remove ACM from it: fairlead switchover decommission, with confirm-decommission and its cluster id",
  ];
}
