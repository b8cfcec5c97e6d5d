import type { OperationMemory } from "../../state/operation-memory.ts";
import { replicasKey } from "../observability/stop-writers.ts";
import {
  compactor,
  findWriters,
  observatoriumApi,
  type SeenWriters,
  scaling,
  type Writer,
} from "../observability/writers.ts";
import { oldHubStep } from "../switchover-context.ts";

/** What this operation stopped on the old hub. */
function stopped({ replicas_before: before }: OperationMemory): readonly (readonly [Writer, number])[] {
  return [compactor, observatoriumApi].flatMap((writer) => {
    const replicas = before?.[replicasKey("primary", writer)];
    return replicas === undefined ? [] : [[writer, replicas] as const];
  });
}

/** Gives the old hub's metrics their replicas back; what this operation did not stop stays as it is. */
export const rbScaleUpThanos = oldHubStep<SeenWriters>({
  name: "rb_scale_up_thanos",
  title: "Start the metrics compactor of the old hub",
  onResume: "observe",
  read: (context) => findWriters(context, "primary", [compactor, observatoriumApi]),
  plan({ found }, context) {
    const wanted = stopped(context.memory());
    if (wanted.length === 0) return { state: "skipped", note: "this operation stopped no metrics compactor" };
    const asleep = wanted.filter(([writer]) => found.some((seen) => seen.writer === writer && seen.replicas === 0));
    if (asleep.length === 0) {
      const runs = wanted.some(([writer]) => found.some((seen) => seen.writer === writer));
      return { state: "done", note: runs ? "it runs" : "the old hub runs no metrics compactor any more" };
    }
    return {
      state: "act",
      note: asleep.map(([{ name }, replicas]) => `scale ${name} to ${replicas}`).join(", "),
      actions: asleep.map(([writer, replicas]) => ({
        kind: "write",
        change: scaling(context, "primary", writer, replicas),
      })),
      afterwards: "done",
    };
  },
});
