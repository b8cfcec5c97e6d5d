import type { Report, ReportCheck } from "../../lib/report/types.ts";
import type { CheckResult } from "./finding.ts";
import type { HubObservation, Observation } from "./observation.ts";
import { valueOr } from "./reading.ts";
import type { PreflightRun } from "./run-checks.ts";
import type { PreflightSettings } from "./settings.ts";
import { label, sentence, type Verdict } from "./verdict.ts";
import { type VerdictDocument, verdictDocument } from "./verdict-document.ts";

export interface PreflightReportInput {
  readonly run: PreflightRun;
  readonly verdict: Verdict;
  readonly settings: PreflightSettings;
  readonly operationId: string;
  readonly runName: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

interface ReportedHub {
  readonly server: string;
  readonly id: string;
  readonly acmVersion: string;
  readonly kubernetesVersion: string;
  /** Clusters beside the hub itself; -1 when they could not be listed. */
  readonly managedClusters: number;
}

/** The preflight for programs. Field names are a contract. */
export interface PreflightDocument extends VerdictDocument {
  readonly schemaVersion: "1.0";
  readonly operationId: string;
  readonly runName: string;
  readonly mode: PreflightSettings["mode"];
  readonly method: PreflightSettings["method"];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly hubs: Readonly<Record<"primary" | "secondary", ReportedHub>>;
}

export function preflightDocument(input: PreflightReportInput): PreflightDocument {
  const { run, verdict, settings } = input;
  return {
    schemaVersion: "1.0",
    operationId: input.operationId,
    runName: input.runName,
    mode: settings.mode,
    method: settings.method,
    startedAt: new Date(input.startedAt).toISOString(),
    finishedAt: new Date(input.finishedAt).toISOString(),
    hubs: { primary: reportedHub(run.observation.primary), secondary: reportedHub(run.observation.secondary) },
    ...verdictDocument(run.results, verdict, sentence(verdict)),
  };
}

function reportedHub(hub: HubObservation): ReportedHub {
  return {
    server: hub.server,
    id: valueOr(hub.identity, undefined)?.id ?? "",
    acmVersion: valueOr(hub.acm, undefined)?.version.text ?? "",
    kubernetesVersion: valueOr(hub.connection, undefined)?.gitVersion ?? "",
    managedClusters: valueOr(hub.fleet, undefined)?.clusters.length ?? -1,
  };
}

/** The preflight for people: rendered as Markdown and HTML. */
export function preflightReport(input: PreflightReportInput): Report {
  const { run, verdict, settings } = input;
  return {
    schemaVersion: "1.0",
    title: "ACM hub switchover: preflight",
    operation: settings.mode === "validate" ? "switchover-validate" : "switchover",
    operationId: input.operationId,
    runName: input.runName,
    outcome: verdict.passed ? "succeeded" : "failed",
    summary: sentence(verdict).slice(0, 200),
    startedAt: new Date(input.startedAt).toISOString(),
    finishedAt: new Date(input.finishedAt).toISOString(),
    facts: facts(run.observation, settings),
    timeline: [],
    checks: run.results.map(reportCheck),
    tables: [],
    warnings: verdict.warnings.map((result) => `${label(result)}: ${result.message}`),
    errors: [],
    nextActions: [...new Set([...verdict.critical, ...verdict.warnings].map(({ remediation }) => remediation))].filter(
      (text) => text !== "",
    ),
  };
}

function facts({ primary, secondary }: Observation, settings: PreflightSettings): Report["facts"] {
  return [
    { label: "Method", value: settings.method },
    ...[primary, secondary].flatMap((hub) => {
      const { id, acmVersion, managedClusters } = reportedHub(hub);
      return [
        { label: `Hub, ${hub.hub}`, value: `${hub.server} ${id}`.trim() },
        { label: `ACM, ${hub.hub}`, value: acmVersion === "" ? "unknown" : acmVersion },
        { label: `Clusters, ${hub.hub}`, value: managedClusters < 0 ? "unknown" : String(managedClusters) },
      ];
    }),
  ];
}

function reportCheck({ id, name, hub, result, severity, message, remediation }: CheckResult): ReportCheck {
  return { id, name, hub, result, severity, message, remediation };
}
