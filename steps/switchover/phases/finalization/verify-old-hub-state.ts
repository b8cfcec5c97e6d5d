import { type Action, type Wait, waitOn } from "../../../lib/phase/types.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { acmSchedules, fleetOf, schedulesOf, veleroSchedulesOf } from "../hub-reads.ts";
import {
  compactor,
  findWriters,
  livePodsOf,
  observatoriumApi,
  podsOf,
  type SeenWriter,
  scaling,
} from "../observability/writers.ts";
import { type BothHubsContext, ms, oldHubStep } from "../switchover-context.ts";

interface OldHub {
  readonly available: readonly string[];
  readonly unpaused: readonly string[];
  /** What of observability has pods, and may not have on a standby. */
  readonly metrics: readonly SeenWriter[];
}

async function runningWriters(context: BothHubsContext): Promise<readonly SeenWriter[]> {
  if (context.settings.skipObservability) return [];
  const { found } = await findWriters(context, "primary", [compactor, observatoriumApi]);
  const pods = await Promise.all(found.map(({ writer }) => podsOf(context, "primary", writer)));
  return found.filter((seen, index) => seen.replicas > 0 || (pods[index] ?? []).length > 0);
}

function untilStopped(context: BothHubsContext, metrics: readonly SeenWriter[]): Wait {
  return waitOn({
    title: "waiting until the old hub's metrics have stopped",
    sources: Object.fromEntries(
      metrics.map(({ writer }) => [writer.name, livePodsOf(context, "primary", writer)] as const),
    ),
    decide: (seen) => {
      const left = Object.values(seen).flatMap((pods) => pods.map(({ name }) => name));
      return left.length === 0
        ? { state: "done", note: "stopped" }
        : { state: "pending", note: `still running: ${left.join(", ")}` };
    },
    timeoutMs: ms(context.tuning.obsTerminate),
    pollMs: ms(context.tuning.obsPoll),
    onTimeout: (note) => ({ warning: `the old hub's metrics: ${note}; two hubs write to one bucket` }),
  });
}

function stop(metrics: readonly SeenWriter[], context: BothHubsContext): readonly Action<OperationMemory>[] {
  const names = metrics.map(({ writer }) => writer.name).join(", ");
  return [
    {
      kind: "warn",
      message: `${names} of the old hub ran and are scaled to 0; that does not last, since the operator of observability scales them up again: delete the old hub's MultiClusterObservability, as disable-observability-on-secondary does`,
    },
    {
      kind: "attempt",
      title: "stop the old hub's metrics",
      chains: metrics
        .filter(({ replicas }) => replicas > 0)
        .map(({ writer }) => ({ name: writer.name, changes: [scaling(context, "primary", writer, 0)] })),
    },
    { kind: "wait", wait: untilStopped(context, metrics) },
  ];
}

/** Says what is unusual about the old hub; nothing of it undoes a switchover that has succeeded. */
export const verifyOldHubState = oldHubStep<OldHub>({
  name: "verify_old_hub_state",
  title: "Look at the old hub once more",
  onResume: "trust-record",
  skip: ({ settings: { oldHubAction } }) =>
    oldHubAction === "secondary" ? undefined : `old-hub-action is ${oldHubAction}`,
  async read(context) {
    const [fleet, schedules, veleroSchedules, metrics] = await Promise.all([
      fleetOf(context, "primary"),
      schedulesOf.once(context, "primary"),
      veleroSchedulesOf.once(context, "primary"),
      runningWriters(context),
    ]);
    const loud = schedules
      .filter((schedule) => schedule.spec?.paused !== true)
      .map((schedule) => `BackupSchedule ${schedule.metadata.name}`);
    const running = acmSchedules(veleroSchedules).filter((schedule) => !schedule.paused);
    return {
      available: fleet.filter((cluster) => cluster.available).map((cluster) => cluster.name),
      unpaused: [...loud, ...running.map((schedule) => `Velero Schedule ${schedule.name}`)],
      metrics,
    };
  },
  plan({ available, unpaused, metrics }, context) {
    const shown = available.slice(0, 10).join(", ");
    const warnings = [
      ...(available.length === 0 ? [] : [`${available.length} clusters are still Available on the old hub: ${shown}`]),
      ...(unpaused.length === 0
        ? []
        : [
            `not paused on the old hub: ${unpaused.join(", ")}; it is a second writer, and the new hub's schedule will collide`,
          ]),
    ];
    if (metrics.length > 0) {
      const told = warnings.map((message): Action<OperationMemory> => ({ kind: "warn", message }));
      return {
        state: "act",
        note: `stop ${metrics.map(({ writer }) => writer.name).join(", ")} of the old hub`,
        actions: [...told, ...stop(metrics, context)],
        afterwards: "done",
      };
    }
    return { state: "done", note: warnings.length === 0 ? "as it should be" : "see the warnings", warnings };
  },
});
