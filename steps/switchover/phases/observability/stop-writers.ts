import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { objectName } from "../../acm/constants.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { type BothHubsContext, ms, type SwitchoverContext } from "../switchover-context.ts";
import {
  compactor,
  livePodsOf,
  observatoriumApi,
  type SeenWriter,
  type SeenWriters,
  scaling,
  type Writer,
} from "./writers.ts";

const podsWaitMs = 60_000;

/** What of the old hub stands still during this switchover. */
export function writersToStop({ settings }: SwitchoverContext): readonly Writer[] {
  return settings.pauseObservatoriumApi ? [compactor, observatoriumApi] : [compactor];
}

/** Key of the memory of how many pods there were: what a rollback gives back. */
export function replicasKey(hub: HubName, { kind, name }: Pick<Writer, "kind" | "name">): string {
  return `${hub}/${kind}/${name}`;
}

/** Stays true: the first number that was seen is what observability had before the switchover. */
export function rememberReplicas({ writer, replicas }: SeenWriter): Action<OperationMemory> {
  return {
    kind: "remember",
    note: "keep the number of replicas",
    update: (memory) => ({
      ...memory,
      replicas_before: { [replicasKey("primary", writer)]: replicas, ...memory.replicas_before },
    }),
  };
}

/** Ends when nothing of it has pods any more, or with a warning. */
export function untilStopped(
  context: BothHubsContext,
  stopping: readonly SeenWriter[],
  hub: HubName = "primary",
): Wait {
  const whose = hub === "primary" ? "the old hub's" : "the new hub's";
  const sources = Object.fromEntries(
    stopping.map(({ writer }) => [writer.name, livePodsOf(context, hub, writer)] as const),
  );
  return waitOn({
    title: `waiting until ${whose} metrics have stopped`,
    sources,
    decide: (seen) => {
      const left = Object.values(seen).flatMap((pods) => pods.map(({ name }) => name));
      return left.length === 0
        ? { state: "done", note: "stopped" }
        : { state: "pending", note: `still running: ${left.join(", ")}` };
    },
    timeoutMs: podsWaitMs + ms(context.tuning.thanosSettle),
    onTimeout: (note) => ({
      warning: `${whose} metrics: ${note}; their operator may have scaled them up again`,
    }),
  });
}

/** Scales to 0 what runs, after its number of pods was kept. Pure. */
export function planStop({ installed, found }: SeenWriters, context: BothHubsContext): StepPlan<OperationMemory> {
  const running = found.filter(({ replicas }) => replicas > 0);
  if (running.length > 0) {
    return {
      state: "act",
      note: running.map(({ writer, replicas }) => `scale ${writer.name} from ${replicas} to 0`).join(", "),
      actions: [
        ...running.flatMap((seen): readonly Action<OperationMemory>[] => [
          rememberReplicas(seen),
          { kind: "write", change: scaling(context, "primary", seen.writer, 0) },
        ]),
        { kind: "wait", wait: untilStopped(context, running) },
      ],
      afterwards: "done",
    };
  }
  if (found.some(({ writer }) => writer === compactor)) return { state: "done", note: "already scaled to 0" };
  const note = "the old hub runs no metrics compactor";
  const { observability } = context.namespaces;
  const unusual = `${note}, although it has observability: there is no StatefulSet ${objectName.thanosCompactor} in ${observability}`;
  return { state: "done", note, warnings: installed ? [unusual] : [] };
}

/** Why no step looks at metrics. */
export function observabilitySkipped({ settings }: SwitchoverContext): string | undefined {
  return settings.skipObservability ? "skip-observability-checks" : undefined;
}
