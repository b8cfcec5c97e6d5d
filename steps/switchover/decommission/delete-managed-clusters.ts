import { type Action, type Change, type Wait, waitOn } from "../../lib/phase/types.ts";
import { splitFleet } from "../acm/managed-cluster.ts";
import { managedClusters } from "../acm/resources.ts";
import { ms } from "../phases/switchover-context.ts";
import { count, nameList } from "../preflight/name-list.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { switchoverError } from "../switchover-error.ts";
import { type RemovableFleet, readFleet } from "./check-removal.ts";
import { type DecommissionContext, decommissionStep } from "./decommission-context.ts";
import { refuseFleet } from "./guards.ts";
import { liveClusters, type RemovableCluster } from "./removable-cluster.ts";

function deleteCluster({ name, uid }: RemovableCluster, requestTimeoutMs: number): Change {
  return {
    target: "primary",
    resource: managedClusters,
    ref: { name },
    summary: `delete ManagedCluster ${name}`,
    verb: "delete",
    precondition: { uid },
    requestTimeoutMs,
  };
}

function describeLeft({ name, deleting, finalizers }: RemovableCluster): string {
  if (!deleting) return `${name} (nobody deletes it)`;
  return `${name} (finalizers: ${finalizers.join(", ") || "none"})`;
}

function untilGone(context: DecommissionContext, clusters: readonly RemovableCluster[]): Wait {
  const uids = new Set(clusters.map(({ uid }) => uid));
  const total = clusters.length;
  return waitOn({
    title: `waiting for ${count(total, "managed cluster")} of the hub to be gone`,
    sources: { clusters: liveClusters(context.clients.primary) },
    decide: ({ clusters: live }) => {
      const left = splitFleet(live).clusters.filter(({ uid }) => uids.has(uid));
      return left.length === 0
        ? { state: "done", note: `${total} of ${total} gone` }
        : {
            state: "pending",
            count: { done: total - left.length, total },
            note: `${total - left.length} of ${total} gone; left: ${nameList(left.map(describeLeft))}`,
          };
    },
    timeoutMs: ms(context.tuning.mcDelete),
    pollMs: ms(context.tuning.mcDeletePoll),
    onTimeout: (note) =>
      switchoverError(
        "SW-DEC-11",
        {
          what: "managed clusters do not go from the hub; ACM itself was not touched",
          why: note,
          fix: "find out what holds their finalizers, most often the import controller that cannot reach the cluster; then start again",
        },
        "timeout",
      ),
  });
}

/** Each look judges anew: a cluster that came back meanwhile would be detached. */
export const deleteManagedClusters = decommissionStep<RemovableFleet>({
  name: "delete_managed_clusters",
  title: "Delete the records of the managed clusters",
  onResume: "observe",
  read: readFleet,
  plan(fleet, context) {
    const { clusters } = fleet;
    if (clusters.length === 0) return { state: "done", note: "the hub has no managed cluster but its own" };
    // What is being deleted already is out of anybody's hands.
    const standing = clusters.filter(({ deleting }) => !deleting);
    const error = refuseFleet({ ...fleet, clusters: standing }, context.force);
    if (error !== undefined) return { state: "refused", error };
    const timeoutMs = ms(context.tuning.deleteRequest);
    const actions: readonly Action<OperationMemory>[] = [
      {
        kind: "bulk",
        title: "delete ManagedClusters",
        changes: standing.map((cluster) => deleteCluster(cluster, timeoutMs)),
      },
      { kind: "wait", wait: untilGone(context, clusters) },
    ];
    return {
      state: "act",
      note: `delete ${count(clusters.length, "managed cluster")}`,
      actions,
      afterwards: "plan-again",
    };
  },
});
