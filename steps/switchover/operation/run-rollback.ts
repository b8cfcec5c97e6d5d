import { basename } from "node:path";
import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import { digestNote } from "../../lib/plan/render-plan.ts";
import { checkApproval } from "../approval/check-approval.ts";
import { approveRollback } from "../approval/rollback-approval.ts";
import { tellPlan } from "../approval/tell-plan.ts";
import { fleetOf } from "../phases/hub-reads.ts";
import { connection } from "../phases/post-activation/connection.ts";
import { leftOnNewHub, unfinishedOf } from "../phases/rollback/rollback-ending.ts";
import { forgetWait, withRollback } from "../phases/schedules/schedule-role.ts";
import type { BothHubsContext, SwitchoverContext } from "../phases/switchover-context.ts";
import { withPhase, withWarnings } from "../state/state-document.ts";
import { type ConnectedSwitchover, connectOperation, foldersOf, type HubInput } from "./connect-operation.ts";
import { finishOperation } from "./finish-operation.ts";
import { HubEvents } from "./hub-events.ts";
import { leavePlan } from "./leave-plan.ts";
import { checkLostNewHub, hubsReader } from "./lost-new-hub.ts";
import { type Operation, openOperation } from "./open-operation.ts";
import { keyPathOf, type OperationAudit } from "./operation-audit.ts";
import { fileMode } from "./operation-locks.ts";
import type { OperationNotices } from "./operation-notices.ts";
import { contextWith } from "./phase-context.ts";
import { openPhaseView } from "./phase-view.ts";
import type { RollbackContext } from "./rollback-declaration.ts";
import { beginRollback, rollbackPhase, stepsOf, switchoverOnly } from "./rollback-phase.ts";
import { writeRunMarker } from "./run-marker.ts";
import { refuseIfBusy, startAudit, startNotices } from "./start-operation.ts";
import { withOutcome } from "./with-outcome.ts";

/** `fairlead switchover rollback`, as a Task and as a plain command. */
export async function runRollback(context: RollbackContext): Promise<void> {
  await withOutcome(context.results, () => run(context));
}

async function run(context: RollbackContext): Promise<void> {
  const { params, results, workspace } = context;
  const input: HubInput = {
    ...context,
    folders: {
      ...foldersOf(workspace),
      spokes: workspace("spoke-kubeconfigs"),
      auditKey: keyPathOf(workspace("audit-key")),
    },
  };
  checkApproval(params);
  checkLostNewHub(params);
  const hubs = await connectOperation(input, hubsReader(params));
  const mode = fileMode(context.run.inTekton);
  await writeRunMarker(workspace("output"), hubs.operationId, { mode, random: context.random });
  await refuseIfBusy(input, hubs);
  const notices = await startNotices(input, hubs, "rollback");
  const opened = await openOperation({
    context: input,
    ...hubs,
    contexts: { primary: params["primary-context"] ?? "", secondary: params["secondary-context"] ?? "" },
    goal: { kind: "rollback", force: params.force },
    resetState: false,
    dryRun: params["dry-run"],
  });
  if (opened.state === "nothing-to-do") {
    results.set("outcome", "rolled-back");
    results.set("phase", opened.document.current_phase);
    results.set("summary", opened.notice);
    context.summarize({ what: opened.notice });
    return;
  }
  const { operation } = opened;
  // In a Pipeline the last Task frees the locks; a plain command has none.
  const close = (): Promise<void> => operation.close(context.run.inTekton ? "detach" : "release");
  const audit = await startAudit(input, operation).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  context.onExit(async () => {
    await audit.close();
    await close();
  });
  notices.follow(operation.document(), context.run.uid);
  if (opened.notice !== undefined) context.log.info(opened.notice);
  results.set("state-file", basename(operation.stateFile));
  await approveRollback({ input, params, hubs, operation, output: workspace("output") });
  const phases = contextWith(input, hubs, operation, switchoverOnly, { audit, serverSide: true });
  const outcome = await walk(context, phases, operation, { audit, notices });
  await operation.update((document) => withWarnings(document, outcome.warnings));
  results.set("warnings", String(outcome.warnings.length));
  if (phases.dryRun.enabled) {
    await concludeDryRun(context, hubs, operation, outcome, phases.dryRun);
    return;
  }
  const failure = await conclude(context, phases, operation, outcome);
  results.set("phase", operation.document().current_phase);
  await report(context, hubs, operation);
  if (failure !== undefined) throw failure;
  await tell(context, phases);
}

function at({ clock }: RollbackContext): string {
  return new Date(clock.now()).toISOString();
}

async function walk(
  context: RollbackContext,
  phases: SwitchoverContext,
  operation: Operation,
  { audit, notices }: { readonly audit: OperationAudit; readonly notices: OperationNotices },
): Promise<PhaseOutcome> {
  const { run: identity, params } = context;
  await beginRollback({ params, now: at(context), runId: identity.uid }, phases, operation);
  const events = new HubEvents(phases, identity.uid);
  const view = await openPhaseView(context, phases.log, [rollbackPhase]);
  try {
    return await runPhase({
      phase: rollbackPhase,
      steps: stepsOf(params),
      context: phases,
      recorder: operation.recorder,
      emit: (event) => {
        audit.take(event);
        notices.take(event);
        view.emit(event);
        events.take(event);
      },
    });
  } finally {
    await view.close();
    await events.settled();
  }
}

/** Ends the operation, unless something is left to do: then that is recorded, and the next rollback does it again. */
async function conclude(
  context: RollbackContext,
  phases: SwitchoverContext,
  operation: Operation,
  outcome: PhaseOutcome,
): Promise<FairleadError | undefined> {
  if (outcome.state !== "done") return outcome.error;
  const { recorder } = operation;
  const unfinished = unfinishedOf(recorder.memory(), context.params["rollback-allow-partial"]);
  if (unfinished === undefined) {
    const left = leftOnNewHub(recorder.memory());
    await operation.update((document) =>
      withPhase(withWarnings(document, left), "rolled_back", at(context), context.run.uid),
    );
    return undefined;
  }
  const { error, steps } = unfinished;
  phases.log.error(`${error.text.what}: ${error.text.why}`, { phase: rollbackPhase, step: steps[0] });
  for (const step of steps) await recorder.forget(step);
  await recorder.remember((memory) =>
    withRollback(forgetWait(forgetWait(memory, "deletion_awaited"), "clusters_awaited"), {
      // What the new hub does until then may make the old hub's schedule collide: it is proved once more.
      schedule: { ...memory.rollback?.schedule, schedule_watched: false },
    }),
  );
  await recorder.fail(rollbackPhase, steps[0], error);
  return error;
}

/** In a Pipeline the last Task reports. */
async function report(
  context: RollbackContext,
  { clients, namespaces }: ConnectedSwitchover,
  operation: Operation,
): Promise<void> {
  const { run: identity, random, log, workspace } = context;
  const outputFolder = workspace("output");
  if (identity.inTekton || outputFolder === undefined) return;
  await finishOperation({
    document: operation.document(),
    runName: identity.name,
    clients,
    namespaces,
    outputFolder,
    mode: fileMode(identity.inTekton),
    random,
    log,
    // An interrupted run still writes its report.
    signal: AbortSignal.timeout(10_000),
    finishedAt: at(context),
  });
}

async function tell(context: RollbackContext, phases: BothHubsContext): Promise<void> {
  const { results } = context;
  const seen = connection(await fleetOf(phases, "primary"), phases.memory().cluster_baseline);
  const what = `rolled back: ${seen.connected} of ${seen.required} clusters are connected to the old hub`;
  results.set("clusters-connected", `${seen.connected}/${seen.required}`);
  results.set("outcome", "rolled-back");
  results.set("summary", what);
  context.summarize({ what });
}

async function concludeDryRun(
  context: RollbackContext,
  hubs: ConnectedSwitchover,
  operation: Operation,
  outcome: PhaseOutcome,
  dryRun: SwitchoverContext["dryRun"],
): Promise<void> {
  if (outcome.state !== "done") throw outcome.error;
  const { results, params } = context;
  const plan = outcome.planned;
  const planned = { plan, steps: outcome.applies };
  const { document, told } = await leavePlan(context, { name: rollbackPhase, hubs, operation, planned, dryRun });
  const counted = `dry run: ${plan.length} changes and waits are planned, nothing was changed`;
  for (const change of plan) {
    context.log.info(`[DRY-RUN] ${change.step}: ${change.verb} ${change.object}: ${change.summary}`);
  }
  results.set("outcome", "dry-run");
  results.set("summary", counted);
  const asked = { mode: params.approval, point: "rollback" } as const;
  tellPlan(results, { ...asked, plan: document, state: operation.document() });
  context.summarize({ what: `${counted}; ${digestNote(document)}`, ...told });
}
