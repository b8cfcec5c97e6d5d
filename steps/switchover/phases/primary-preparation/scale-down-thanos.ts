import { source } from "../../../lib/kube/live-collection.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { objectName } from "../../acm/constants.ts";
import type { Workload } from "../../acm/hub-objects.ts";
import { namespaces, pods, statefulSets } from "../../acm/resources.ts";
import { type BothHubsContext, ms, oldHubStep } from "../switchover-context.ts";

const compactorLabel = "app.kubernetes.io/name=thanos-compact";
/** Under which its replicas are remembered. */
export const compactorKey = `primary/StatefulSet/${objectName.thanosCompactor}`;
const podsWaitMs = 60_000;

/** Where the compactor is. */
export function compactorRef(context: BothHubsContext): { readonly name: string; readonly namespace: string } {
  return { name: objectName.thanosCompactor, namespace: context.namespaces.observability };
}

/** The old hub's compactor, and whether there is observability that should run one. */
export interface CompactorSeen {
  readonly installed: boolean;
  readonly compactor: Workload | undefined;
}

/** Its role exists only where its namespace does: elsewhere the question itself would be forbidden. */
export async function findCompactor(context: BothHubsContext): Promise<CompactorSeen> {
  const { clients, signal } = context;
  const namespace = await clients.primary.find(namespaces, { name: context.namespaces.observability }, { signal });
  const compactor =
    namespace === undefined ? undefined : await clients.primary.find(statefulSets, compactorRef(context), { signal });
  return { installed: namespace !== undefined, compactor };
}

/** Two compactors on one bucket damage it: the old hub's stops before the new hub's can start. */
export const scaleDownThanos = oldHubStep<CompactorSeen>({
  name: "scale_down_thanos",
  title: "Stop the metrics compactor of the old hub",
  onResume: "observe",
  read: findCompactor,
  plan({ installed, compactor }, context) {
    if (compactor === undefined) {
      const note = "the old hub runs no metrics compactor";
      const { observability } = context.namespaces;
      const unusual = `${note}, although it has observability: there is no StatefulSet ${objectName.thanosCompactor} in ${observability}`;
      return { state: "done", note, warnings: installed ? [unusual] : [] };
    }
    const replicas = compactor.spec?.replicas ?? 1;
    if (replicas === 0) {
      return { state: "done", note: "already scaled to 0" };
    }
    const query = { namespace: context.namespaces.observability, labelSelector: compactorLabel };
    return {
      state: "act",
      note: `scale ${objectName.thanosCompactor} from ${replicas} to 0`,
      actions: [
        {
          kind: "remember",
          note: "keep the number of replicas",
          update: (memory) => ({ ...memory, replicas_before: { [compactorKey]: replicas, ...memory.replicas_before } }),
        },
        {
          kind: "write",
          change: {
            target: "primary",
            resource: statefulSets,
            ref: compactorRef(context),
            summary: `scale StatefulSet ${objectName.thanosCompactor} to 0`,
            verb: "merge-patch",
            subresource: "scale",
            patch: { spec: { replicas: 0 } },
          },
        },
        {
          kind: "wait",
          wait: waitOn({
            title: "waiting until the old hub's metrics compactor has stopped",
            sources: { pods: source(context.clients.primary, pods, query, (pod) => pod.metadata.name) },
            decide: (seen) =>
              seen.pods.length === 0
                ? { state: "done", note: "stopped" }
                : { state: "pending", note: `still running: ${seen.pods.join(", ")}` },
            timeoutMs: podsWaitMs + ms(context.tuning.thanosSettle),
            onTimeout: (note) => ({
              warning: `the old hub's metrics compactor: ${note}; its operator may have scaled it up again`,
            }),
          }),
        },
      ],
      afterwards: "done",
    };
  },
});
