import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCode } from "../../lib/errors/exit-code.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { digestPattern } from "../../lib/plan/plan-digest.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { connectHubs } from "../connect-hubs.ts";
import { type OfBothHubs, type OfNewHub, present } from "../hubs.ts";
import { resolveNamespaces } from "../parameters.ts";
import { isNewHubAway } from "../phases/rollback/rollback-scope.ts";
import { tellGitopsAdvice } from "../preflight/gitops-advice.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { StateDocument } from "../state/state-document.ts";
import { resolveTuning, tuningSetting } from "../tuning.ts";
import { planFileName } from "./dry-run-files.ts";
import { finishOperation } from "./finish-operation.ts";
import { loadState } from "./load-state.ts";
import { stateFileOf } from "./open-operation.ts";
import { fileMode, lockedHubs, takeLocks } from "./operation-locks.ts";
import { openNotices } from "./operation-notices.ts";
import type { ReportContext } from "./report-declaration.ts";
import { readRunMarker } from "./run-marker.ts";
import { stopOf, whereItStands } from "./run-stop.ts";

type Hubs = OfBothHubs<KubeClient> | OfNewHub<KubeClient>;

interface Ending {
  readonly outcome: string;
  readonly summary: string;
}

/** The last Task of every run, also of a failed or cancelled one: says how it ended and lets the next run in. */
export async function reportAndUnlock(context: ReportContext): Promise<void> {
  const output = context.workspace("output");
  const state = context.workspace("state");
  const operationId = output === undefined ? undefined : await readRunMarker(output);
  if (output !== undefined) await tellGitopsAdvice(join(output, "preflight.json"), context.log);
  const notices = await openNotices(context, context.workspace("notifications"), {
    operation: "switchover",
    operationId: operationId ?? context.run.name,
    dryRun: context.params["dry-run"],
  });
  context.onExit(() => notices.settled());
  if (output === undefined || state === undefined || operationId === undefined) {
    notices.ended(await concludeWithoutState(context, output));
    return;
  }
  const stateFile = stateFileOf(state, operationId);
  const document = await loadState(stateFile, context.clock);
  const hubs = await connect(context);
  if (context.params["dry-run"] || document === undefined) {
    notices.ended(await concludeWithoutState(context, output));
    return;
  }
  try {
    notices.ended(await report(context, document, { output, hubs }));
  } finally {
    // A report that cannot be written must not keep the next run out.
    const clients = held(document, hubs);
    await unlock(context, { stateFile, operationId, clients, oldHub: hubs.primary, memory: document.config });
  }
}

async function connect(context: ReportContext): Promise<Hubs> {
  const { params, connect: open, setting, workspace, run } = context;
  const { clients } = await connectHubs(
    {
      connect: open,
      setting,
      folders: { primary: workspace("primary-kubeconfig"), secondary: workspace("secondary-kubeconfig") },
      contexts: { primary: params["primary-context"], secondary: params["secondary-context"] },
      inTekton: run.inTekton,
    },
    params["primary-unreachable"] ? "down" : "reachable",
  );
  context.onExit(async () => {
    await Promise.all(present(clients).map((client) => client.close()));
  });
  return clients;
}

async function report(
  context: ReportContext,
  document: StateDocument,
  at: { readonly output: string; readonly hubs: Hubs },
): Promise<Ending> {
  const { results, run, random, log, signal, clock } = context;
  const finished = await finishOperation({
    document,
    runName: run.name,
    clients: at.hubs,
    namespaces: resolveNamespaces(context.params.namespaces),
    outputFolder: at.output,
    mode: fileMode(run.inTekton),
    random,
    log,
    signal,
    finishedAt: new Date(clock.now()).toISOString(),
  });
  const rows = finished.report.tables[0]?.rows ?? [];
  const connected = rows.filter((row) => row[3] === "connected").length;
  // A run that was refused has left an operation that ended well as it was.
  const isPast = context.params["tasks-status"] === "Failed" && finished.report.outcome !== "failed";
  const stop = await stopOf(context.params["approval-status"], at.output);
  const ending =
    stop === undefined
      ? { outcome: isPast ? "refused" : finished.report.outcome, summary: finished.report.summary }
      : { outcome: stop.outcome, summary: `${stop.what}; ${whereItStands(document)}` };
  results.set("outcome", ending.outcome);
  results.set("phase", document.current_phase);
  results.set("clusters-connected", `${connected}/${rows.length}`);
  results.set("summary", ending.summary);
  results.set("report", finished.files.html);
  context.summarize({ what: ending.summary, more: finished.files.html });
  return ending;
}

/** A run that never got as far as a state: a failed preflight, a refused parameter, a dry run. */
async function concludeWithoutState(context: ReportContext, output: string | undefined): Promise<Ending> {
  const { params, results } = context;
  const dryRun = params["dry-run"] && params["tasks-status"] !== "Failed" && params["tasks-status"] !== "None";
  const ending = dryRun ? planned : await stopped(params["approval-status"], output);
  const file = output === undefined ? undefined : join(output, dryRun ? planFileName : "preflight.json");
  const digest = dryRun && file !== undefined ? await digestIn(file) : undefined;
  results.set("outcome", ending.outcome);
  results.set("summary", ending.summary);
  results.set("plan-digest", digest ?? "");
  if (file !== undefined && (dryRun || ending.isReported)) results.set("report", file);
  context.summarize({ what: digest === undefined ? ending.summary : `${ending.summary}; plan digest ${digest}` });
  return ending;
}

interface StatelessEnding extends Ending {
  /** The preflight has left its report. */
  readonly isReported: boolean;
}

const planned: StatelessEnding = {
  outcome: "dry-run",
  summary: "dry run: the plan is in the output folder, nothing was changed",
  isReported: true,
};

async function stopped(approvalStatus: string, output: string | undefined): Promise<StatelessEnding> {
  const found = output === undefined ? undefined : await preflightSummary(join(output, "preflight.json"));
  const isReported = found !== undefined;
  const stop = await stopOf(approvalStatus, output);
  return stop === undefined
    ? { outcome: "failed", summary: found ?? "the run stopped before it could look at the hubs", isReported }
    : { outcome: stop.outcome, summary: `${stop.what}; nothing was changed`, isReported };
}

async function preflightSummary(file: string): Promise<string | undefined> {
  const summary = await memberOf(file, "summary");
  return summary === undefined ? undefined : String(summary);
}

async function digestIn(file: string): Promise<string | undefined> {
  const digest = await memberOf(file, "digest");
  return typeof digest === "string" && new RegExp(digestPattern).test(digest) ? digest : undefined;
}

/** Of a JSON file of an earlier Task; one that is not there, or was not finished, has none. */
async function memberOf(file: string, name: string): Promise<unknown> {
  try {
    const document: unknown = JSON.parse(await readFile(file, "utf8"));
    return isFields(document) ? document[name] : undefined;
  } catch {
    return undefined;
  }
}

/** A hub that does not answer is not held, and would keep the other one locked. */
function held({ config }: StateDocument, hubs: Hubs): readonly KubeClient[] {
  return isNewHubAway(config) && hubs.primary !== undefined ? [hubs.primary] : present(hubs);
}

/** Re-enters the locks of this run and frees them; those of another run are left alone. */
async function unlock(
  context: ReportContext,
  at: {
    readonly stateFile: string;
    readonly operationId: string;
    readonly clients: readonly KubeClient[];
    readonly oldHub: KubeClient | undefined;
    readonly memory: OperationMemory;
  },
): Promise<void> {
  const { params, log, setting, signal } = context;
  const namespaces = resolveNamespaces(params.namespaces);
  try {
    const locks = await takeLocks({
      context,
      clients: await lockedHubs(at.clients, { oldHub: at.oldHub, memory: at.memory, namespaces, signal }),
      namespaces,
      tuning: await resolveTuning(params.tuning, setting(tuningSetting)),
      stateFile: at.stateFile,
      operationId: at.operationId,
      onLost: () => undefined,
    });
    await locks.release(signal);
  } catch (error) {
    log.warn(
      `the locks of this run could not be freed and will expire: ${error instanceof Error ? error.message : String(error)}`,
    );
    context.setExitCode(exitCode.done);
  }
}
