import { loadValidator } from "../../lib/schema/load-validator.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { checkRequestAge } from "../check-request.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { durationMs } from "../duration.ts";
import { endingText } from "../failure/ending-text.ts";
import { exitCodeOf, outcomeOf } from "../failure/exit-code.ts";
import { withFailure } from "../failure/with-failure.ts";
import { reconcileReport } from "../report/reconcile-report.ts";
import { countResults } from "../run/count-results.ts";
import { runIdOf } from "../run/run-id.ts";
import type { RunRecord } from "../run/run-record.ts";
import { writeRunFiles } from "../run/write-run-files.ts";
import { baselineStateSchema } from "../state/baseline-state.schema.ts";
import { type ConductedRun, conductRun } from "./conduct-run.ts";
import type { ReconcileContext } from "./declaration.ts";
import { metricsOf, pushMetricsOf } from "./push-metrics-of.ts";
import { requestOf } from "./request-of.ts";

/** Files, results, last lines and exit code of a run. */
async function tell(context: ReconcileContext, ran: ConductedRun): Promise<void> {
  const { params, results, workspace, random, run, log, signal, summarize, setExitCode } = context;
  const { record, events, document } = ran;
  const report = reconcileReport(record);
  const { summary } = report;
  tellResults(context, record);
  results.set("summary", summary);
  const metrics = metricsOf(ran, run.toolVersion);
  const folder = workspace("output");
  const files = { record, report, events, document, metrics };
  const more = folder === undefined ? undefined : await writeRunFiles(folder, files, random);
  if (more !== undefined) results.set("report", more);
  await pushMetricsOf(ran, metrics, { url: params["pushgateway-url"], log, signal });
  const why = endingText(record, ran.failure?.error);
  if (why !== undefined) results.set("error-code", why.id);
  setExitCode(exitCodeOf(record));
  summarize({
    what: why === undefined || record.ending.ending !== "completed" ? summary : `${summary}; ${why.what}`,
    ...(more === undefined ? {} : { more }),
    ...(why === undefined ? {} : { id: why.id, why: why.why, fix: why.fix }),
  });
}

function tellResults({ results }: ReconcileContext, record: RunRecord): void {
  const counts = countResults(record);
  const skipped = counts.excluded + counts.unmanaged + counts.notApplicable + counts.namespaceMissing;
  const deleted = record.tombstones.filter(({ status }) => status === "deleted").length;
  results.set("outcome", outcomeOf(record));
  results.set("applied", String(counts.applied));
  results.set("unchanged", String(counts.unchanged));
  results.set("skipped", String(skipped));
  results.set("failed", String(counts.failed));
  results.set("paused", String(counts.paused));
  results.set("throttled", String(counts.throttled));
  results.set("tombstones-deleted", String(deleted));
}

/** The work of the step `reconcile`. */
export async function runReconcile(context: ReconcileContext): Promise<void> {
  const { params, results, run, clock, log, signal } = context;
  const setting = await withFailure(results, async () => {
    checkRequestAge(context);
    return {
      request: requestOf(params),
      client: await openCluster(context),
      runId: runIdOf(run),
      lockWaitMs: durationMs(params["lock-wait"]),
      loaded: await loadShippedAssets(),
      validate: await loadValidator("baseline-state", () => baselineStateSchema),
      clock,
      log,
      signal,
    };
  });
  const ran = await conductRun(setting);
  await tell(context, ran);
  if (ran.failure !== undefined) throw ran.failure.error;
}
