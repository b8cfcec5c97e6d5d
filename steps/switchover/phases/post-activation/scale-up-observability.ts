import { type Action, type Wait, waitOn } from "../../../lib/phase/types.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { observabilitySkipped, replicasKey } from "../observability/stop-writers.ts";
import {
  compactor,
  findWriters,
  livePodsOf,
  observatoriumApi,
  type SeenWriter,
  type SeenWriters,
  scaling,
  type Writer,
} from "../observability/writers.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";

function untilReady(context: SwitchoverContext, writer: Writer): Wait {
  return waitOn({
    title: `waiting until ${writer.name} is Ready`,
    sources: { pods: livePodsOf(context, "secondary", writer) },
    decide: ({ pods }) => {
      const ready = pods.filter((pod) => pod.ready && !pod.ending).length;
      const note = `${ready} of ${writer.replicas} pods of ${writer.name} are Ready`;
      return ready >= writer.replicas
        ? { state: "done", note }
        : { state: "pending", note, count: { done: ready, total: writer.replicas } };
    },
    timeoutMs: ms(context.tuning.obsPodReady),
    pollMs: ms(context.tuning.obsPodPoll),
    onTimeout: (note) => ({ warning: `observability of the new hub: ${note}` }),
  });
}

/** A rollback puts to sleep what this operation woke, and nothing else. */
function rememberWoken(asleep: readonly SeenWriter[]): Action<OperationMemory> {
  const keys = asleep.map(({ writer }) => replicasKey("secondary", writer));
  return {
    kind: "remember",
    note: "keep what is woken",
    update: (memory) => ({
      ...memory,
      observability_woken: [...new Set([...(memory.observability_woken ?? []), ...keys])],
    }),
  };
}

/** A standby's observability stands still, so that two hubs do not write to one bucket; the new hub's is woken. */
export const scaleUpObservability = switchoverStep<SeenWriters>({
  name: "scale_up_observability_components",
  title: "Wake the new hub's observability",
  onResume: "trust-record",
  skip: observabilitySkipped,
  read: (context) => findWriters(context, "secondary", [observatoriumApi, compactor]),
  plan({ installed, found }, context) {
    if (!installed) return { state: "done", note: "the new hub has no observability" };
    const absent = [observatoriumApi, compactor].filter((writer) => found.every((seen) => seen.writer !== writer));
    const missing = absent.map(
      ({ kind, name }) => `there is no ${kind} ${name} on the new hub: it takes no metrics in`,
    );
    const asleep = found.filter(({ replicas }) => replicas === 0);
    if (asleep.length === 0) return { state: "done", note: "nothing of it is scaled to 0", warnings: missing };
    const waits = asleep.map(
      ({ writer }): Action<OperationMemory> => ({
        kind: "wait",
        wait: untilReady(context, writer),
      }),
    );
    return {
      state: "act",
      note: `scale up ${asleep.map(({ writer }) => writer.name).join(", ")}`,
      actions: [
        ...missing.map((message): Action<OperationMemory> => ({ kind: "warn", message })),
        rememberWoken(asleep),
        {
          kind: "attempt",
          title: "wake observability",
          chains: asleep.map(({ writer }) => ({
            name: writer.name,
            changes: [scaling(context, "secondary", writer, writer.replicas)],
          })),
        },
        ...waits,
      ],
      afterwards: "done",
    };
  },
});
