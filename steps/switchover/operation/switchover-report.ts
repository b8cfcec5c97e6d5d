import type { Report, ReportCheck, TimelineEntry } from "../../lib/report/types.ts";
import type { ManagedClusterSummary } from "../acm/managed-cluster.ts";
import { pausedCount } from "../argocd/paused-count.ts";
import { switchoverPhases } from "../phases/phase-list.ts";
import type { StateDocument } from "../state/state-document.ts";

export interface ReportInput {
  readonly document: StateDocument;
  readonly runName: string;
  /** The fleet as the new hub shows it now; absent when it could not be read. */
  readonly fleet: readonly ManagedClusterSummary[] | undefined;
  readonly checks: readonly ReportCheck[];
  /** ISO-8601. */
  readonly finishedAt: string;
}

const titles = new Map(
  switchoverPhases.flatMap((phase) => phase.steps.map((step) => [step.name, step.title] as const)),
);

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
export function outcomeOf(document: StateDocument): "succeeded" | "failed" {
  return document.current_phase === "completed" ? "succeeded" : "failed";
}

function clusterRows({ document, fleet }: ReportInput): readonly (readonly string[])[] {
  const after = new Map((fleet ?? []).map((cluster) => [cluster.name, cluster]));
  return (document.config.cluster_baseline ?? []).map((before) => {
    const now = after.get(before.name);
    const state =
      now === undefined ? "not there" : now.available ? "connected" : now.unavailableReason || "not available";
    return [
      before.name,
      before.hive ? "Hive" : "imported",
      before.available ? "available" : "offline",
      fleet === undefined ? "unknown" : state,
    ];
  });
}

/** What Argo CD still does not do, whichever way the operation ended. */
function pausedApplications({ config, operation_id: id }: StateDocument): readonly string[] {
  const count = pausedCount(config);
  return count === 0
    ? []
    : [
        `${count} Argo CD Applications stay paused: let Git lead to the hub that has the fleet, then run argocd-resume with operation-id ${id}`,
      ];
}

function nextActions(document: StateDocument): readonly string[] {
  return document.current_phase === "completed"
    ? [
        "Point GitOps sources and automation at the new hub",
        "For the way back, start a switchover with the hubs swapped",
        "Do not unpause the BackupSchedule of the old hub: on ACM 2.12 to 2.14 it would become a second writer",
      ]
    : ["Read the error, mend its cause, and start again with the same hubs: finished steps are not repeated"];
}

function summaryOf(input: ReportInput): string {
  const { document, fleet } = input;
  const total = document.config.cluster_baseline?.length ?? 0;
  const connected = (fleet ?? []).filter((cluster) => cluster.available).length;
  return document.current_phase === "completed"
    ? `the fleet moved: ${connected} of ${total} clusters are connected to the new hub`
    : `stopped in phase ${document.errors.at(-1)?.phase ?? document.current_phase}, ${document.completed_steps.length} steps done`;
}

function oldHubWords(action: string): string {
  if (action === "decommission") return "ACM is removed from the old hub";
  return action === "none" ? "old hub left as it is" : `old hub becomes ${action}`;
}

/** Everything that a reader of this operation wants to know, from its state and one look at the new hub. Pure. */
export function switchoverReport(input: ReportInput): Report {
  const { document } = input;
  const { primary, secondary } = document.hubs;
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
      { label: "Old hub", value: `${primary.id} (ACM ${primary.acmVersion}, ${primary.api})` },
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
    ],
    timeline: timeline(document),
    checks: input.checks,
    tables: [{ title: "Clusters", columns: ["Cluster", "Kind", "Before", "On the new hub"], rows: clusterRows(input) }],
    warnings: document.warnings ?? [],
    errors: errors.map((error) => ({
      id: error.code ?? "",
      what: error.error,
      why: `phase ${error.phase}, step ${error.step ?? ""}`,
      fix: "see the log of this step for the fix, then start again",
      at: error.timestamp,
    })),
    nextActions: [...nextActions(document), ...pausedApplications(document)],
  };
}
