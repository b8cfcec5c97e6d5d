import type { Report, ReportCheck, ReportFigure, TimelineEntry } from "../../lib/report/types.ts";
import { nameTimestamp } from "../acm/backup.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { pausedCount } from "../argocd/paused-count.ts";
import { flux } from "../flux/flux-keeper.ts";
import { switchoverPhases } from "../phases/phase-list.ts";
import { rollbackSteps } from "../phases/rollback/rollback-steps.ts";
import type { StateDocument } from "../state/state-document.ts";
import {
  arrivalText,
  type ClusterTableInput,
  clusterStates,
  clusterTable,
  type ReportedCluster,
} from "./cluster-table.ts";
import { isWithoutOldHub, lostHubActions, omissionTable } from "./lost-hub-advice.ts";

export interface ReportInput {
  readonly document: StateDocument;
  readonly runName: string;
  /** The fleet as the hub that is to have it shows it now; absent when it could not be read. */
  readonly fleet: readonly ReportedCluster[] | undefined;
  readonly checks: readonly ReportCheck[];
  readonly namespaces: HubNamespaces;
  /** ISO-8601. */
  readonly finishedAt: string;
}

const titles = new Map(
  [...switchoverPhases.flatMap((phase) => phase.steps), ...rollbackSteps].map(
    (step) => [step.name, step.title] as const,
  ),
);

/** Once a rollback has begun only it may go on. */
function isRollback({ config }: StateDocument): boolean {
  return config.rollback !== undefined;
}

/** The hub that is to have the fleet when this operation ends. */
export function fleetHub(document: StateDocument): HubName {
  return isRollback(document) ? "primary" : "secondary";
}

function tableInput({ document, fleet }: ReportInput): ClusterTableInput {
  return { document, fleet, hub: fleetHub(document) };
}

function timeline(document: StateDocument): readonly TimelineEntry[] {
  const done = document.completed_steps.map((step): TimelineEntry => {
    const durationMs = (step.durationSeconds ?? 0) * 1000;
    return {
      phase: step.phase ?? "",
      step: step.name,
      title: titles.get(step.name) ?? step.name,
      state: "done",
      startedAt: new Date((Date.parse(step.timestamp) || 0) - durationMs).toISOString(),
      durationMs,
      note: "",
    };
  });
  const last = document.current_phase === "failed" ? document.errors.at(-1) : undefined;
  const failed: readonly TimelineEntry[] =
    last === undefined
      ? []
      : [
          {
            phase: last.phase,
            step: last.step ?? "",
            title: titles.get(last.step ?? "") ?? "",
            state: "failed",
            startedAt: last.timestamp,
            durationMs: 0,
            note: last.error,
          },
        ];
  return [...done, ...failed];
}

/** `succeeded` only when every phase ended well. */
export function outcomeOf(document: StateDocument): "succeeded" | "failed" | "rolled-back" {
  if (document.current_phase === "rolled_back") return "rolled-back";
  return document.current_phase === "completed" ? "succeeded" : "failed";
}

/** What Argo CD and Flux still do not do, whichever way the operation ended. */
function pausedApplications({ config, operation_id: id }: StateDocument): readonly string[] {
  const paused = [
    { count: pausedCount(config), noun: "Argo CD Applications" },
    { count: pausedCount(config, flux), noun: "objects of Flux" },
  ];
  return paused
    .filter(({ count }) => count > 0)
    .map(
      ({ count, noun }) =>
        `${count} ${noun} stay paused: let Git lead to the hub that has the fleet, then run argocd-resume with operation-id ${id}`,
    );
}

function nextActions(document: StateDocument): readonly string[] {
  const isLost = isWithoutOldHub(document);
  if (document.current_phase === "rolled_back") {
    return [
      "Look at what stopped the switchover before the next one: it needs another operation-id, or reset-state",
      "Do not delete ManagedClusters on the new hub: one that is connected there would be detached",
      ...(document.config.rollback?.disconnected_clusters ?? []).map(
        (cluster) => `Import ${cluster} on the old hub again`,
      ),
    ];
  }
  if (isRollback(document)) {
    return ["Read the error, mend its cause, and start the rollback again: finished steps are not repeated"];
  }
  return document.current_phase === "completed"
    ? [
        "Point GitOps sources and automation at the new hub",
        `For the way back, start a switchover with the hubs swapped${isLost ? ", once the old hub is the standby of the new one" : ""}`,
        "Do not unpause the BackupSchedule of the old hub: on ACM 2.12 to 2.14 it would become a second writer",
      ]
    : ["Read the error, mend its cause, and start again with the same hubs: finished steps are not repeated"];
}

function summaryOf(input: ReportInput): string {
  const { document, fleet } = input;
  const total = (document.config.cluster_baseline ?? fleet ?? []).length;
  const connected = (fleet ?? []).filter((cluster) => cluster.available).length;
  if (document.current_phase === "rolled_back") {
    return `the switchover was rolled back: ${connected} of ${total} clusters are connected to the old hub`;
  }
  return document.current_phase === "completed"
    ? `the fleet moved: ${connected} of ${total} clusters are connected to the new hub`
    : `stopped in phase ${document.errors.at(-1)?.phase ?? document.current_phase}, ${document.completed_steps.length} steps done`;
}

function oldHubFact({ hubs: { primary }, ...document }: StateDocument): string {
  const { id, acmVersion, api } = primary;
  if (!isWithoutOldHub(document)) return `${id} (ACM ${acmVersion}, ${api})`;
  const known = [id, ...(acmVersion === "" ? [] : [`ACM ${acmVersion}`]), api].filter((text) => text !== "");
  return `${known.length === 0 ? "unknown" : known.join(", ")}; declared down, not asked`;
}

function oldHubWords(action: string): string {
  if (action === "decommission") return "ACM is removed from the old hub";
  return action === "none" ? "old hub left as it is" : `old hub becomes ${action}`;
}

/** How old the backup of that name was when the report was made; none where the name tells no time. */
function backupAge(role: string, name: string | undefined, finishedAt: string): ReportFigure["samples"] {
  const made = name === undefined ? undefined : nameTimestamp(name);
  if (made === undefined) return [];
  return [{ labels: { backup: role }, value: Math.max(0, (Date.parse(finishedAt) - made) / 1000) }];
}

function figures(input: ReportInput): readonly ReportFigure[] {
  const { document, finishedAt } = input;
  const { activation, post_switchover_backups: backups } = document.config;
  const states = clusterStates(tableInput(input));
  return [
    {
      name: "clusters",
      help: "Clusters by what the hub shows of them that has the fleet",
      samples: [...states].map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "backup_age_seconds",
      help: "Age of the restored backup, and of the first one by the new hub, when this report was made",
      samples: [
        ...backupAge("restored", activation?.expectedManagedClustersBackup, finishedAt),
        ...backupAge("first_of_new_hub", backups?.["managedClusters"], finishedAt),
      ],
    },
  ];
}

/** Everything that a reader of this operation wants to know, from its state and one look at the new hub. Pure. */
export function switchoverReport(input: ReportInput): Report {
  const { document } = input;
  const { secondary } = document.hubs;
  const arrival = arrivalText(tableInput(input));
  const errors = document.current_phase === "failed" ? document.errors.slice(-3) : [];
  return {
    schemaVersion: "1.0",
    title: "ACM hub switchover",
    operation: document.operation,
    operationId: document.operation_id,
    runName: input.runName,
    outcome: outcomeOf(document),
    summary: summaryOf(input),
    startedAt: document.created_at,
    finishedAt: input.finishedAt,
    facts: [
      { label: "Operation", value: document.operation_id },
      { label: "Old hub", value: oldHubFact(document) },
      { label: "New hub", value: `${secondary.id} (ACM ${secondary.acmVersion}, ${secondary.api})` },
      {
        label: "Method",
        value: `${document.parameters.method}, ${document.parameters.activationMethod}; ${oldHubWords(document.parameters.oldHubAction)}`,
      },
      { label: "Restored backup", value: document.config.activation?.expectedManagedClustersBackup ?? "none yet" },
      {
        label: "First backup by the new hub",
        value: document.config.post_switchover_backups?.["managedClusters"] ?? "none yet",
      },
      ...(arrival === undefined ? [] : [{ label: "Clusters available after the activation", value: arrival }]),
    ],
    timeline: timeline(document),
    checks: input.checks,
    tables: [clusterTable(tableInput(input)), ...omissionTable(document)],
    figures: figures(input),
    warnings: document.warnings ?? [],
    errors: errors.map((error) => ({
      id: error.code ?? "",
      what: error.error,
      why: `phase ${error.phase}, step ${error.step ?? ""}`,
      fix: "see the log of this step for the fix, then start again",
      at: error.timestamp,
    })),
    nextActions: [
      ...lostHubActions(document, input.namespaces),
      ...nextActions(document),
      ...pausedApplications(document),
    ],
  };
}
