import { join } from "node:path";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { PlanDocument, Planned } from "../../lib/plan/plan-document.ts";
import { digestNote, planLines } from "../../lib/plan/render-plan.ts";
import { formatOutput } from "../../lib/step/output.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import { personInFront } from "../approval/ask-person.ts";
import { checkCombinations } from "../parameter-combinations.ts";
import { findingsTable } from "../preflight/findings-table.ts";
import { gitopsAdvice } from "../preflight/gitops-advice.ts";
import { resumeSettings, stateOf } from "../preflight/resume-settings.ts";
import { runChecks } from "../preflight/run-checks.ts";
import { settingsFrom } from "../preflight/settings-from.ts";
import { sharedUsersOf } from "../preflight/shared-users.ts";
import { firstFailures, sentence, verdictOf } from "../preflight/verdict.ts";
import type { runParams } from "../run.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";
import { type ConnectedSwitchover, connectSwitchover, type SwitchoverInput, stateFolder } from "./connect-operation.ts";
import { planPathOf, writePlan } from "./dry-run-files.ts";
import { type FinishedOperation, finishOperation, tellsOfSuccess } from "./finish-operation.ts";
import type { Operation } from "./open-operation.ts";
import { fileMode } from "./operation-locks.ts";
import { operationPlan } from "./operation-plan.ts";
import { phaseContext } from "./phase-context.ts";
import { checkRunFolders } from "./run-folders.ts";
import { refuseIfBusy, startAudit, startNotices, startOperation } from "./start-operation.ts";
import { type Followers, walkApproved } from "./walk-switchover.ts";

type Context = CommandContext<typeof runParams>;

function inputOf(context: Context): SwitchoverInput {
  const { params } = context;
  const orNone = (text: string): string | undefined => (text === "" ? undefined : text);
  const [primary, secondary] = [orNone(params["primary-kubeconfig"]), orNone(params["secondary-kubeconfig"])];
  const files = { ...(primary === undefined ? {} : { primary }), ...(secondary === undefined ? {} : { secondary }) };
  return {
    ...context,
    folders: {
      primary: undefined,
      secondary: undefined,
      state: orNone(params["state-folder"]),
      spokes: orNone(params["spoke-kubeconfigs"]),
      notifications: orNone(params["notifications-folder"]),
      auditKey: orNone(params["audit-key"]),
    },
    files,
  };
}

async function checkFolders({ params }: Context, input: SwitchoverInput): Promise<void> {
  const report = params["report-folder"];
  const named = report === "" ? [] : [{ setting: "report-folder", path: report }];
  const { setting } = input;
  await checkRunFolders([stateFolder(input), ...named], { setting, writes: !params["dry-run"] });
}

async function preflight(context: Context, hubs: ConnectedSwitchover): Promise<void> {
  const { clock, log, params, setting, signal } = context;
  const document = await stateOf(hubs.stateFolder, hubs.operationId, context, hubs.tuning);
  if (document?.current_phase === "completed") {
    return;
  }
  const settings = { ...settingsFrom(params, "switchover", hubs.tuning), ...resumeSettings(document) };
  const { results } = await runChecks({
    clients: hubs.clients,
    settings,
    ...(hubs.oldHub === "down" ? { oldServer: hubs.oldServer } : {}),
    sharedUsers: await sharedUsersOf({ files: hubs.files, params, setting }),
    clock,
    log,
    signal,
  });
  const verdict = verdictOf(results);
  // Programs that ask for the plan get the plan and nothing else.
  if (!printsForPrograms(context)) context.print(await formatOutput("table", results, () => findingsTable(results)));
  context.onExit(async () => {
    for (const line of gitopsAdvice(results)) log.warn(line);
  });
  if (!verdict.passed) {
    throw switchoverError(
      "SW-PRE-03",
      {
        what: sentence(verdict),
        ...firstFailures(verdict),
      },
      "preflight",
    );
  }
}

/** `fairlead switchover run`: preflight and every phase, one after the other. */
export async function runSwitchover(context: Context): Promise<void> {
  const input = inputOf(context);
  checkCombinations(input.params);
  if (context.params.approval === "gate" && !context.params["dry-run"]) personInFront(context.terminal.ask);
  await checkFolders(context, input);
  const hubs = await connectSwitchover(input, "failed-check");
  await refuseIfBusy(input, hubs);
  const notices = await startNotices(input, hubs);
  await preflight(context, hubs).catch(notices.stopped.bind(notices));
  const opened = await startOperation(input, hubs, undefined);
  if (opened.state === "nothing-to-do") {
    await reportOnce(context, hubs, opened.document);
    context.summarize({ what: opened.notice });
    return;
  }
  const { operation } = opened;
  const audit = await startAudit(input, operation).catch(async (error: unknown) => {
    await operation.close("release");
    throw error;
  });
  context.onExit(async () => {
    await audit.close();
    await operation.close("release");
  });
  if (opened.notice !== undefined) {
    context.log.info(opened.notice);
  }
  notices.follow(operation.document(), context.run.uid);
  await walk(context, input, hubs, operation, { audit, notices });
}

async function walk(
  context: Context,
  input: SwitchoverInput,
  hubs: ConnectedSwitchover,
  operation: Operation,
  followers: Followers,
): Promise<void> {
  const phases = phaseContext(input, hubs, operation, followers.audit);
  const { planned, failed } = await walkApproved({ context, input, hubs, phases, operation, followers });
  if (phases.dryRun.enabled) {
    if (failed !== undefined) throw failed.error;
    await concludePlan(context, hubs, operation, planned);
    return;
  }
  try {
    const { report, files } = await finish(context, hubs, operation.document());
    followers.notices.ended(report);
    context.summarize({ what: report.summary, more: files.html });
  } catch (error) {
    throw failed === undefined ? withoutReport(error) : noted(context, error, failed.error);
  }
  if (failed !== undefined) throw failed.error;
}

function printsForPrograms({ params }: Context): boolean {
  return params["dry-run"] && params.output !== "table";
}

/** Prints the plan and keeps it beside the state; a folder that takes no file does not spoil what was printed. */
async function concludePlan(
  context: Context,
  hubs: ConnectedSwitchover,
  operation: Operation,
  planned: Planned,
): Promise<void> {
  const { params, run, clock, random, log } = context;
  const document = operationPlan({ operation: "switchover", run, clock, hubs }, planned);
  context.print(printsForPrograms(context) ? await formatOutput(params.output, document, noTable) : text(document));
  const what = `dry run: ${planned.plan.length} changes and waits are planned, nothing was changed; ${digestNote(document)}`;
  const path = planPathOf(operation.stateFile);
  try {
    await writePlan(path, document, { mode: fileMode(run.inTekton), random });
    context.summarize({ what, more: path });
  } catch (error) {
    log.warn(`the plan was printed, but not kept: ${error instanceof Error ? error.message : String(error)}`);
    context.summarize({ what });
  }
}

const text = (document: PlanDocument): string => planLines(document).join("\n");
const noTable = () => ({ columns: [], rows: [] });

/** The fleet has moved; only what tells of it is missing. */
function withoutReport(error: unknown): unknown {
  if (!(error instanceof FairleadError)) return error;
  const why = `${error.text.why}; the switchover itself is complete, only its report is missing`;
  return new FairleadError({ ...error.text, why }, { exitCode: error.exitCode, cause: error });
}

/** What stopped the switchover matters more than a report that could not be written. */
function noted({ log }: Context, error: unknown, failure: FairleadError): FairleadError {
  log.warn(`the report could not be written: ${error instanceof Error ? error.message : String(error)}`);
  return failure;
}

/** An earlier run moved the fleet, but was killed or found no space before it could tell of it. */
async function reportOnce(context: Context, hubs: ConnectedSwitchover, document: StateDocument): Promise<void> {
  if (context.params["dry-run"] || (await tellsOfSuccess(reportFolder(context, hubs), document))) return;
  const { files } = await finish(context, hubs, document, document.last_updated);
  context.log.info(`wrote the report that an earlier run could not write: ${files.html}`);
}

function reportFolder({ params }: Context, hubs: ConnectedSwitchover): string {
  const folder = params["report-folder"];
  return folder === "" ? join(hubs.stateFolder, "reports", hubs.operationId) : folder;
}

async function finish(
  context: Context,
  hubs: ConnectedSwitchover,
  document: StateDocument,
  finishedAt = new Date(context.clock.now()).toISOString(),
): Promise<FinishedOperation> {
  const { run, random, log } = context;
  return await finishOperation({
    document,
    runName: run.name,
    clients: hubs.clients,
    namespaces: hubs.namespaces,
    outputFolder: reportFolder(context, hubs),
    mode: fileMode(run.inTekton),
    random,
    log,
    // An interrupted run still writes its report.
    signal: AbortSignal.timeout(10_000),
    finishedAt,
  });
}
