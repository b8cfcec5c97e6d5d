import { join } from "node:path";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { formatOutput } from "../../lib/step/output.ts";
import { checkApprovers, tellFirstGate } from "../approval/preflight-gate.ts";
import { type ConnectedHubs, connectHubs, hubAccess } from "../connect-hubs.ts";
import { present } from "../hubs.ts";
import { refuseSameServer, refuseUnacknowledged } from "../operation/lost-hub-guards.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { fileMode } from "../operation/operation-locks.ts";
import { refuseBusyHubs } from "../operation/refuse-busy-hubs.ts";
import { writeRunMarker } from "../operation/run-marker.ts";
import { notingStop } from "../operation/run-stop.ts";
import { operationId } from "../operation-id.ts";
import { checkCombinations } from "../parameter-combinations.ts";
import { resolveNamespaces } from "../parameters.ts";
import type { StateDocument } from "../state/state-document.ts";
import { outcomeOf, switchoverExit } from "../switchover-error.ts";
import { type ResolvedTuning, resolveTuning, tuningSetting } from "../tuning.ts";
import { checkRequestAge } from "./check-request.ts";
import type { PreflightContext } from "./declaration.ts";
import { findingsTable } from "./findings-table.ts";
import { nameOf } from "./name-operation.ts";
import type { Observation } from "./observation.ts";
import { type PreflightReportInput, preflightDocument } from "./preflight-report.ts";
import { valueOr } from "./reading.ts";
import { resumeSettings, stateOf } from "./resume-settings.ts";
import { type PreflightRun, runChecks } from "./run-checks.ts";
import type { PreflightSettings } from "./settings.ts";
import { settingsFrom } from "./settings-from.ts";
import { sharedUsersOf } from "./shared-users.ts";
import { firstFailures, sentence, type Verdict, verdictOf } from "./verdict.ts";
import { writeJsonReport } from "./write-json-report.ts";

/** The work of the step `preflight`: observe, judge, report, keep. */
export async function runPreflight(context: PreflightContext): Promise<void> {
  try {
    await notingStop(context, context.workspace("output"), () => checkHubs(context));
  } catch (error) {
    if (error instanceof FairleadError) {
      context.results.set("outcome", outcomeOf(error));
      context.results.set("error-code", error.text.id);
    }
    throw error;
  }
}

async function checkHubs(context: PreflightContext): Promise<void> {
  const { params, clock } = context;
  checkCombinations(params);
  checkApprovers(context);
  handDigestOn(context);
  const tuning = await resolveTuning(params.tuning, context.setting(tuningSetting));
  checkRequestAge(params["issued-at"], clock.now());
  if (params["argocd-manage"] && params.mode === "validate") {
    context.log.warn("argocd-manage is ignored: a validation changes nothing");
  }
  if (params["flux-manage"] && params.mode === "validate") {
    context.log.warn("flux-manage is ignored: a validation changes nothing");
  }
  const hubs = await connectHubs(hubAccess(context), params["primary-unreachable"] ? "down" : "reachable");
  context.onExit(async () => {
    await Promise.all(present(hubs.clients).map((client) => client.close()));
  });
  if (hubs.oldHub === "down") refuseSameServer(hubs);
  const startedAt = clock.now();
  const operation = await operationOf(context, hubs, tuning);
  if (operation?.document?.current_phase === "completed" && operation.id !== "") {
    concludeCompleted(context, operation.document);
    return;
  }
  const settings = { ...settingsFrom(params, params.mode, tuning), ...resumeSettings(operation?.document) };
  const run = await check(context, hubs, settings);
  const verdict = verdictOf(run.results);
  const input: PreflightReportInput = {
    run,
    verdict,
    settings,
    operationId: params["operation-id"] ?? operation?.id ?? idOf(run.observation),
    runName: context.run.name,
    startedAt,
    finishedAt: clock.now(),
  };
  await publish(context, input);
  refuseOtherHub(params["confirm-new-hub"], run.observation);
  if (hubs.oldHub === "down") {
    refuseUnacknowledged(params["acknowledge-primary-down"], identityOf(run.observation.secondary));
  }
  if (verdict.passed) await tellFirstGate(context);
  conclude(context, verdict, settings);
}

/** The tasks that follow get the digest of the approved plan from here, whoever approves it and however this one ends. */
function handDigestOn({ params, results }: PreflightContext): void {
  if (params.approval === "digest") results.set("plan-digest", params["plan-digest"] ?? "");
}

interface KnownOperation {
  readonly id: string;
  readonly document: StateDocument | undefined;
}

/**
 * The operation that this preflight precedes: its state decides which checks are repeated. `undefined` for a mere
 * validation, and where a hub cannot be asked who it is: the checks then say so.
 */
async function operationOf(
  context: PreflightContext,
  hubs: ConnectedHubs,
  tuning: ResolvedTuning,
): Promise<KnownOperation | undefined> {
  const { params, signal, random, run } = context;
  if (params.mode === "validate") {
    return undefined;
  }
  const namespaces = resolveNamespaces(params.namespaces);
  const id = params["operation-id"] ?? (await nameOf(context, hubs, tuning));
  if (id === undefined) return undefined;
  context.at({ operationId: id });
  await writeRunMarker(context.workspace("output"), id, { mode: fileMode(run.inTekton), random });
  const state = context.workspace("state");
  if (!params["dry-run"]) {
    const stateFile = state === undefined ? undefined : stateFileOf(state, id);
    await refuseBusyHubs({ clients: present(hubs.clients), namespaces, operationId: id, stateFile, signal });
  }
  return { id, document: await stateOf(state, id, context, tuning) };
}

/** Whether a completed operation may start over is for the tasks to decide; nothing is checked for it. */
function concludeCompleted({ results, summarize }: PreflightContext, document: StateDocument): void {
  const what = `this operation was completed at ${document.last_updated}, nothing is checked`;
  results.set("outcome", "already-completed");
  results.set("phase", document.current_phase);
  results.set("preflight-passed", "true");
  results.set("summary", what);
  summarize({ what });
}

async function check(
  context: PreflightContext,
  hubs: ConnectedHubs,
  settings: PreflightSettings,
): Promise<PreflightRun> {
  const { clock, log, params, setting, signal } = context;
  const { clients, files } = hubs;
  const sharedUsers = await sharedUsersOf({ files, params, setting });
  const oldServer = hubs.oldHub === "down" ? { oldServer: hubs.oldServer } : {};
  return await runChecks({ clients, ...oldServer, settings, sharedUsers, clock, log, signal });
}

function idOf({ primary, secondary }: Observation): string {
  const hub = ({ server, identity }: Observation["primary" | "secondary"]) => ({
    server,
    id: valueOr(identity, undefined)?.id ?? "",
  });
  return operationId(hub(primary), hub(secondary));
}

async function publish(context: PreflightContext, input: PreflightReportInput): Promise<void> {
  const { params, results, print, random } = context;
  const { verdict, run } = input;
  const document = preflightDocument(input);
  results.set("preflight-passed", String(verdict.passed));
  results.set("critical-failures", String(verdict.critical.length));
  results.set("warnings", String(verdict.warnings.length));
  results.set("summary", sentence(verdict));
  print(await formatOutput(params.output, document, () => findingsTable(run.results)));
  const folder = context.workspace("output");
  if (folder !== undefined) {
    const path = await writeJsonReport(join(folder, "preflight.json"), document, {
      random,
      inTekton: context.run.inTekton,
    });
    results.set("report", path);
    context.summarize({ what: sentence(verdict), more: path });
  }
}

function identityOf({ identity }: Observation["secondary"]): string {
  return valueOr(identity, undefined)?.id ?? "";
}

/** A request that starts a switchover from outside repeats the new hub's id, so that it cannot hit another pair. */
function refuseOtherHub(confirmed: string | undefined, { secondary }: Observation): void {
  const id = identityOf(secondary);
  if (confirmed !== undefined && confirmed !== id) {
    throw new FairleadError(
      {
        id: "SW-PRE-02",
        what: `confirm-new-hub "${confirmed}" is not the id of the new hub`,
        why: id === "" ? "the id of the new hub could not be read" : `the secondary kubeconfig leads to hub ${id}`,
        fix: "give the id of the hub that is to take over, or the kubeconfig of that hub",
      },
      { exitCode: switchoverExit.refused },
    );
  }
}

function conclude(context: PreflightContext, verdict: Verdict, settings: PreflightSettings): void {
  const { results, setExitCode, summarize } = context;
  if (verdict.passed) {
    results.set("outcome", settings.dryRun ? "dry-run" : "succeeded");
    summarize({ what: sentence(verdict) });
    return;
  }
  results.set("outcome", "failed");
  results.set("error-code", "SW-PRE-03");
  setExitCode(switchoverExit.preflight);
  summarize({ id: "SW-PRE-03", what: sentence(verdict), ...firstFailures(verdict) });
}
