import { replicasKey, untilStopped } from "../observability/stop-writers.ts";
import { compactor, findWriters, observatoriumApi, type SeenWriters, scaling } from "../observability/writers.ts";
import { oldHubStep, type SwitchoverContext } from "../switchover-context.ts";
import { awayFromNewHub } from "./rollback-scope.ts";

function woken(context: Pick<SwitchoverContext, "memory">): readonly string[] {
  return context.memory().observability_woken ?? [];
}

/** Two compactors on one bucket damage it: the one that this operation woke stops before the old hub's starts again. */
export const rbScaleDownThanos = oldHubStep<SeenWriters>({
  name: "rb_scale_down_thanos",
  title: "Stop what was woken of the new hub's observability",
  onResume: "observe",
  skip: (context) => (woken(context).length === 0 ? "this operation woke nothing of it" : awayFromNewHub(context)),
  read: (context) => findWriters(context, "secondary", [compactor, observatoriumApi]),
  plan({ found }, context) {
    const keys = woken(context);
    const running = found.filter(
      ({ writer, replicas }) => replicas > 0 && keys.includes(replicasKey("secondary", writer)),
    );
    if (running.length === 0) return { state: "done", note: "it stands still" };
    return {
      state: "act",
      note: running.map(({ writer, replicas }) => `scale ${writer.name} from ${replicas} to 0`).join(", "),
      actions: [
        ...running.map(({ writer }) => ({ kind: "write", change: scaling(context, "secondary", writer, 0) }) as const),
        { kind: "wait", wait: untilStopped(context, running, "secondary") },
      ],
      afterwards: "done",
    };
  },
});
