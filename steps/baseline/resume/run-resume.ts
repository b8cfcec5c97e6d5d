import { join } from "node:path";
import { loadValidator } from "../../lib/schema/load-validator.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import { formatOutput } from "../../lib/step/output.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { checkRequestAge } from "../check-request.ts";
import { Cluster } from "../cluster/cluster.ts";
import { findHco } from "../cluster/find-hco.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { durationMs } from "../duration.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { tellNoPlatform } from "../failure/tell-no-platform.ts";
import { withFailure } from "../failure/with-failure.ts";
import { giveBack, takeLock } from "../reconcile/lock.ts";
import { runIdOf } from "../run/run-id.ts";
import { RunState } from "../run/run-state.ts";
import { baselineStateSchema } from "../state/baseline-state.schema.ts";
import { StateStore } from "../state/state-store.ts";
import type { ResumeContext } from "./declaration.ts";
import { type FindTools, findObjects } from "./find-objects.ts";
import { type ResumeRecord, resumeObject } from "./resume-object.ts";

// After a stop the step has 8 s for everything that it still writes; of these the state matters most.
const lastWordsMs = 6_000;
const lockMs = 1_500;
const mode = 0o664;

/** Resumes under the lock; what was resumed is stored even where the run is stopped before it is through. */
async function resumeAll(
  context: ResumeContext,
  tools: FindTools,
  lost: AbortController,
): Promise<readonly ResumeRecord[]> {
  const { params, clock, log, signal, run } = context;
  const { cluster, namespace } = tools;
  const waitMs = durationMs(params["lock-wait"]);
  const taken = await takeLock({
    client: cluster.client,
    namespace,
    holder: runIdOf(run),
    waitMs,
    clock,
    log,
    signal,
    onLost: (error) => lost.abort(error),
  });
  const store = new StateStore(
    cluster.client,
    namespace,
    await loadValidator("baseline-state", () => baselineStateSchema),
    runIdOf(run),
  );
  const records: ResumeRecord[] = [];
  try {
    const read = await store.read(cluster.options);
    if (read.state === "reset") {
      log.warn(
        `the state of earlier runs cannot be used, and is left as it is: ${read.reason}; annotations are taken away all the same, and the next reconciliation begins a new state`,
      );
    }
    const state = new RunState(read.value);
    try {
      for (const identity of await findObjects(params.resource, read.value, tools)) {
        const record = await resumeObject(identity, cluster, state);
        if (record.result !== "not-paused") log.info(`${record.object}: ${record.result}`, { result: record.result });
        records.push(record);
      }
    } finally {
      const options = { ...cluster.options, signal: AbortSignal.timeout(lastWordsMs), attempts: 2 };
      // Over one that cannot be used nothing is written: the next reconciliation tells that it is lost.
      const mayWrite = !lost.signal.aborted && read.state !== "reset";
      if (mayWrite && state.value !== read.value) await store.write(state.value, options);
    }
  } finally {
    if (taken.state === "held") await giveBack(taken.lease, lockMs, log);
  }
  return records;
}

function rowOf(record: ResumeRecord): readonly string[] {
  switch (record.result) {
    case "resumed":
      return [
        record.object,
        "resumed",
        record.by === "annotation" ? "its annotation is gone" : "it was paused in the state alone",
      ];
    case "not-paused":
      return [record.object, "not paused", ""];
    case "failed":
      return [record.object, "failed", record.error];
  }
}

async function tell(context: ResumeContext, records: readonly ResumeRecord[]): Promise<void> {
  const { params, print, results, summarize, setExitCode, workspace, random, run } = context;
  const isAll = params.resource === "all";
  const objects = records.filter(({ result }) => !isAll || result !== "not-paused");
  const document = { runId: runIdOf(run), resource: params.resource, objects };
  print(
    await formatOutput(params.output, document, () => ({
      columns: ["object", "result", "why"],
      rows: objects.map(rowOf),
    })),
  );
  const folder = workspace("output");
  const report = folder === undefined ? undefined : join(folder, "resume.json");
  if (report !== undefined) {
    await writeFileAtomically(report, `${JSON.stringify(document, undefined, 2)}\n`, { mode, random });
    results.set("report", report);
  }
  const resumed = records.filter(({ result }) => result === "resumed").length;
  const failed = records.flatMap((record) => (record.result === "failed" ? [record] : []));
  const [first] = failed;
  const what =
    resumed + failed.length === 0
      ? isAll
        ? "nothing is paused"
        : `${params.resource} is not paused`
      : `${resumed} resumed, ${failed.length} failed`;
  const where = report === undefined ? {} : { more: report };
  results.set("resumed", String(resumed));
  results.set("failed", String(failed.length));
  results.set("summary", what);
  results.set("outcome", first !== undefined ? "failed" : resumed > 0 ? "changed" : "ok");
  if (first === undefined) {
    summarize({ what, ...where });
    return;
  }
  results.set("error-code", "BASE-RES-01");
  setExitCode(baselineExit.assetsFailed);
  summarize({
    id: "BASE-RES-01",
    what,
    ...where,
    why: `${first.object}: ${first.error}`,
    fix: "let this account get and patch the object, then resume again",
  });
}

/** The work of the step `resume`. */
export async function runResume(context: ResumeContext): Promise<void> {
  const { params, results, signal } = context;
  await withFailure(results, async () => {
    checkRequestAge(context);
    const loaded = await loadShippedAssets();
    const client = await openCluster(context);
    const lost = new AbortController();
    const cluster = new Cluster(client, AbortSignal.any([signal, lost.signal]));
    const { namespace } = params;
    const hco = await findHco(cluster, namespace);
    if (hco.state === "no-crd") {
      tellNoPlatform(hco.state, namespace, context);
      return;
    }
    const tools = { cluster, loaded, namespace, hcoVersion: hco.apiVersion };
    await tell(context, await resumeAll(context, tools, lost));
  });
}
