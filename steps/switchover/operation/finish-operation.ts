import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { Report, ReportCheck } from "../../lib/report/types.ts";
import { type ReportFiles, reportFileName, writeReport } from "../../lib/report/write-report.ts";
import { splitFleet } from "../acm/managed-cluster.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { managedClusters } from "../acm/resources.ts";
import type { OfBothHubs, OfNewHub } from "../hubs.ts";
import type { StateDocument } from "../state/state-document.ts";
import { type ReportedCluster, summariseReported } from "./cluster-table.ts";
import { fleetHub, outcomeOf, switchoverReport } from "./switchover-report.ts";

export interface FinishRequest {
  readonly document: StateDocument;
  readonly runName: string;
  readonly clients: OfBothHubs<KubeClient> | OfNewHub<KubeClient>;
  readonly namespaces: HubNamespaces;
  readonly outputFolder: string;
  readonly mode: number;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** ISO-8601. */
  readonly finishedAt: string;
}

/** A report is written even when the hub that has the fleet cannot be read any more. */
async function readFleet(request: FinishRequest): Promise<readonly ReportedCluster[] | undefined> {
  const { clients, document, signal, log } = request;
  try {
    // Only a rollback, which asks both hubs, leaves the fleet on the old one.
    const client = clients[fleetHub(document)] ?? clients.secondary;
    const listed = await client.list(managedClusters, {}, { signal, project: summariseReported });
    return splitFleet(listed.items).clusters;
  } catch (error) {
    log.warn(`the report shows no clusters: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** What the preflight of this run left beside the report. */
async function readChecks(folder: string): Promise<readonly ReportCheck[]> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, "preflight.json"), "utf8"));
    const checks = typeof document === "object" && document !== null && "checks" in document ? document.checks : [];
    // Written by the preflight of this very run, in the form of the report.
    return Array.isArray(checks) ? (checks as readonly ReportCheck[]) : [];
  } catch {
    return [];
  }
}

export interface FinishedOperation {
  readonly report: Report;
  readonly files: ReportFiles;
}

/** Whether the report of this operation is there and is that of a fleet that moved, not of an attempt before. */
export async function tellsOfSuccess(folder: string, document: StateDocument): Promise<boolean> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, reportFileName), "utf8"));
    if (typeof found !== "object" || found === null || !("operationId" in found) || !("outcome" in found)) return false;
    return found.operationId === document.operation_id && found.outcome === outcomeOf(document);
  } catch {
    // None, or no report: a new one is written, and says what stands in its way.
    return false;
  }
}

/** Writes the report of an operation in all its forms. */
export async function finishOperation(request: FinishRequest): Promise<FinishedOperation> {
  const { document, runName, outputFolder, namespaces, finishedAt } = request;
  const [fleet, checks] = await Promise.all([readFleet(request), readChecks(outputFolder)]);
  const report = switchoverReport({ document, runName, fleet, checks, namespaces, finishedAt });
  return { report, files: await writeReport(outputFolder, report, request) };
}
