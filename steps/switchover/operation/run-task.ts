import { basename } from "node:path";
import { logEvents } from "../../lib/events/log-events.ts";
import type { PhaseOutcome } from "../../lib/phase/run-phase.ts";
import { fleetOf } from "../phases/hub-reads.ts";
import { type SwitchoverPhase, switchoverPhases } from "../phases/phase-list.ts";
import { connection } from "../phases/post-activation/connection.ts";
import type { SwitchoverContext } from "../phases/switchover-context.ts";
import { type ConnectedSwitchover, connectSwitchover, type SwitchoverInput } from "./connect-operation.ts";
import type { TaskContext } from "./declaration.ts";
import { loadDryRun } from "./dry-run-files.ts";
import { leavePlan } from "./leave-plan.ts";
import type { Operation } from "./open-operation.ts";
import { keyPathOf } from "./operation-audit.ts";
import { fileMode } from "./operation-locks.ts";
import { phaseContext } from "./phase-context.ts";
import { writeRunMarker } from "./run-marker.ts";
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
      primary: workspace("primary-kubeconfig"),
      secondary: workspace("secondary-kubeconfig"),
      state: workspace("state"),
      spokes: spokeKubeconfigs,
      notifications: workspace("notifications"),
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
  const hubs = await connectSwitchover(input);
  await writeRunMarker(context.workspace("output"), hubs.operationId, {
    mode: fileMode(context.run.inTekton),
    random: context.random,
  });
  await refuseIfBusy(input, hubs);
  const dryRun = context.params["dry-run"] ? await loadDryRun(context.workspace("output")) : undefined;
  const opened = await startOperation(input, hubs, dryRun?.memory);
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
  context.onExit(async () => {
    await audit.close();
    await operation.close("detach");
  });
  if (opened.notice !== undefined) {
    context.log.info(opened.notice);
  }
  results.set("state-file", basename(operation.stateFile));
  const phases = phaseContext(input, hubs, operation, audit);
  const notices = await startNotices(input, hubs);
  notices.follow(operation.document(), context.run.uid);
  const log = logEvents(phases.log, context.at);
  const earlierPlan = dryRun?.plan ?? [];
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
    earlierPlan,
  });
  results.set("phase", operation.document().current_phase);
  if (outcome.state === "past") {
    results.set("outcome", "succeeded");
    results.set("summary", outcome.note);
    context.summarize({ what: outcome.note });
    return;
  }
  await conclude(context, hubs, phases, operation, outcome.outcome, earlierPlan);
}

async function conclude(
  context: TaskContext,
  hubs: ConnectedSwitchover,
  phases: SwitchoverContext,
  operation: Operation,
  outcome: PhaseOutcome,
  earlierPlan: PhaseOutcome["planned"],
): Promise<void> {
  const { results } = context;
  results.set("warnings", String(outcome.warnings.length));
  if (outcome.state !== "done") {
    throw outcome.error;
  }
  if (phases.dryRun.enabled) {
    await concludeDryRun(context, hubs, operation, [...earlierPlan, ...outcome.planned]);
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

async function concludeDryRun(
  context: TaskContext,
  hubs: ConnectedSwitchover,
  operation: Operation,
  plan: PhaseOutcome["planned"],
): Promise<void> {
  const { results } = context;
  const what = `dry run: ${plan.length} changes and waits are planned so far, nothing was changed`;
  results.set("outcome", "dry-run");
  results.set("summary", what);
  context.summarize({ what, ...(await leavePlan(context, { name: "switchover", hubs, operation, plan })) });
}
