import { basename } from "node:path";
import { logEvents } from "../../lib/events/log-events.ts";
import type { PhaseOutcome } from "../../lib/phase/run-phase.ts";
import type { Planned } from "../../lib/plan/plan-document.ts";
import { digestNote } from "../../lib/plan/render-plan.ts";
import { approveTask, tellGate } from "../approval/task-approval.ts";
import { fleetOf } from "../phases/hub-reads.ts";
import { type SwitchoverPhase, switchoverPhases } from "../phases/phase-list.ts";
import { connection } from "../phases/post-activation/connection.ts";
import type { SwitchoverContext } from "../phases/switchover-context.ts";
import { type ConnectedSwitchover, connectSwitchover, foldersOf, type SwitchoverInput } from "./connect-operation.ts";
import type { TaskContext } from "./declaration.ts";
import { loadDryRun } from "./dry-run-files.ts";
import { leavePlan } from "./leave-plan.ts";
import type { Operation } from "./open-operation.ts";
import { keyPathOf } from "./operation-audit.ts";
import { fileMode } from "./operation-locks.ts";
import { phaseContext } from "./phase-context.ts";
import { writeRunMarker } from "./run-marker.ts";
import { notingStop } from "./run-stop.ts";
import { runSwitchoverPhase } from "./run-switchover-phase.ts";
import { refuseIfBusy, startAudit, startNotices, startOperation } from "./start-operation.ts";
import { withOutcome } from "./with-outcome.ts";

/** The work of a Task: opens the operation, runs its one phase, writes results. */
export async function runTask(
  task: SwitchoverPhase["task"],
  context: TaskContext,
  spokeKubeconfigs?: string,
): Promise<void> {
  await withOutcome(context.results, () => run(task, context, spokeKubeconfigs));
}

export function inputOf(context: TaskContext, spokeKubeconfigs?: string): SwitchoverInput {
  const { workspace } = context;
  return {
    ...context,
    folders: {
      ...foldersOf(workspace),
      spokes: spokeKubeconfigs,
      auditKey: keyPathOf(workspace("audit-key")),
    },
  };
}

async function run(task: SwitchoverPhase["task"], context: TaskContext, spokeKubeconfigs?: string): Promise<void> {
  const { results } = context;
  const phase = switchoverPhases.find((candidate) => candidate.task === task);
  if (phase === undefined) {
    throw new Error(`no phase belongs to the task ${task}`);
  }
  const input = inputOf(context, spokeKubeconfigs);
  // The next Task gets it from here, however this one ends well.
  if (context.params.approval === "digest") results.set("plan-digest", context.params["plan-digest"] ?? "");
  const { hubs, dryRun, opened } = await notingStop(context, context.workspace("output"), () => open(context, input));
  if (opened.state === "nothing-to-do") {
    results.set("outcome", "already-completed");
    results.set("phase", opened.document.current_phase);
    results.set("summary", opened.notice);
    context.summarize({ what: opened.notice });
    return;
  }
  const { operation } = opened;
  const audit = await startAudit(input, operation).catch(async (error: unknown) => {
    await operation.close("detach");
    throw error;
  });
  let locks: "detach" | "release" = "detach";
  context.onExit(async () => {
    await audit.close();
    await operation.close(locks);
  });
  if (opened.notice !== undefined) {
    context.log.info(opened.notice);
  }
  results.set("state-file", basename(operation.stateFile));
  const approval = { input, hubs, operation, output: context.workspace("output") };
  await approveTask(approval, phase.phase).catch((error: unknown) => {
    // Nothing was begun: no later Task of this run goes on, and the last one finds no state that tells of the locks.
    locks = "release";
    throw error;
  });
  const phases = phaseContext(input, hubs, operation, audit, dryRun?.foreseen);
  const notices = await startNotices(input, hubs);
  notices.follow(operation.document(), context.run.uid);
  const log = logEvents(phases.log, context.at);
  const earlier: Planned = { plan: dryRun?.plan ?? [], steps: dryRun?.steps ?? [] };
  const outcome = await runSwitchoverPhase({
    phase,
    context: phases,
    operation,
    runId: context.run.uid,
    emit: (event) => {
      log(event);
      audit.take(event);
      notices.take(event);
    },
    earlierPlan: earlier.plan,
  });
  results.set("phase", operation.document().current_phase);
  const next = switchoverPhases[switchoverPhases.indexOf(phase) + 1];
  const isBegun = outcome.state === "past" || outcome.outcome.state === "done";
  if (next?.phase === "activation" && isBegun) {
    await tellGate(approval, next.phase, { results, notices, print: context.print });
  }
  if (outcome.state === "past") {
    results.set("outcome", "succeeded");
    results.set("summary", outcome.note);
    context.summarize({ what: outcome.note });
    return;
  }
  await conclude(context, hubs, phases, operation, outcome.outcome, earlier);
}

/** Nothing is changed by then but the locks. */
async function open(context: TaskContext, input: SwitchoverInput) {
  const { params, run, random, workspace } = context;
  const hubs = await connectSwitchover(input);
  await writeRunMarker(workspace("output"), hubs.operationId, { mode: fileMode(run.inTekton), random });
  await refuseIfBusy(input, hubs);
  const dryRun = params["dry-run"] ? await loadDryRun(workspace("output")) : undefined;
  const opened = await startOperation(input, hubs, dryRun?.memory);
  return { hubs, dryRun, opened } as const;
}

async function conclude(
  context: TaskContext,
  hubs: ConnectedSwitchover,
  phases: SwitchoverContext,
  operation: Operation,
  outcome: PhaseOutcome,
  earlier: Planned,
): Promise<void> {
  const { results } = context;
  results.set("warnings", String(outcome.warnings.length));
  if (outcome.state !== "done") {
    throw outcome.error;
  }
  if (phases.dryRun.enabled) {
    const plan = [...earlier.plan, ...outcome.planned];
    const isLast = outcome.phase === switchoverPhases.at(-1)?.phase;
    const planned = { plan, steps: [...earlier.steps, ...outcome.applies] };
    await concludeDryRun(context, hubs, { operation, planned, dryRun: phases.dryRun, isLast });
    return;
  }
  if (outcome.phase === "post_activation_verification") {
    const seen = connection(await fleetOf(phases, "secondary"), operation.recorder.memory().cluster_baseline);
    results.set("clusters-connected", `${seen.connected}/${seen.required}`);
  }
  const what = `phase ${outcome.phase} done, ${outcome.warnings.length} warnings`;
  results.set("outcome", "succeeded");
  results.set("summary", what);
  context.summarize({ what });
}

interface DryRunEnd {
  readonly operation: Operation;
  readonly planned: Planned;
  readonly dryRun: SwitchoverContext["dryRun"];
  /** The plan is whole, and its digest that of the switchover. */
  readonly isLast: boolean;
}

async function concludeDryRun(
  context: TaskContext,
  hubs: ConnectedSwitchover,
  { isLast, ...left }: DryRunEnd,
): Promise<void> {
  const { results } = context;
  const { document, told } = await leavePlan(context, { name: "switchover", hubs, ...left });
  const count = left.planned.plan.length;
  const counted = `dry run: ${count} changes and waits are planned${isLast ? "" : " so far"}, nothing was changed`;
  results.set("outcome", "dry-run");
  results.set("summary", counted);
  if (isLast) results.set("plan-digest", document.digest);
  context.summarize({ what: isLast ? `${counted}; ${digestNote(document)}` : counted, ...told });
}
