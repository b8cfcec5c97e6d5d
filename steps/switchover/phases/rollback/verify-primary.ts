import { waitOn } from "../../../lib/phase/types.ts";
import { type ManagedClusterSummary, splitFleet } from "../../acm/managed-cluster.ts";
import { nameList } from "../../preflight/name-list.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { clustersOf, fleetOf } from "../hub-reads.ts";
import { clusterSights } from "../post-activation/cluster-sights.ts";
import { connection } from "../post-activation/connection.ts";
import { forgetWait, withRollback } from "../schedules/schedule-role.ts";
import { ms, oldHubStep } from "../switchover-context.ts";

/** Waits until the clusters that the old hub had are with it again. Those that are not do not hold the rest up. */
export const rbVerify = oldHubStep<readonly ManagedClusterSummary[]>({
  name: "rb_verify",
  title: "Wait until the clusters are connected to the old hub",
  onResume: "observe",
  read: (context) => fleetOf(context, "primary"),
  plan(fleet, context) {
    const { cluster_baseline: baseline, rollback } = context.memory();
    const seen = connection(fleet, baseline);
    const keep = {
      kind: "remember",
      note: "keep which clusters are not connected",
      update: (memory: OperationMemory) => withRollback(memory, { disconnected_clusters: seen.pending }),
    } as const;
    if (seen.pending.length === 0) {
      const note = `${seen.connected} of ${seen.required} clusters connected`;
      const forget = {
        kind: "remember",
        note: "the wait has ended well",
        update: (memory: OperationMemory) => forgetWait(memory, "clusters_awaited"),
      } as const;
      const actions = [
        ...(rollback?.clusters_awaited === undefined ? [] : [forget]),
        ...(rollback?.disconnected_clusters === undefined ? [] : [keep]),
      ];
      return actions.length === 0 ? { state: "done", note } : { state: "act", note, actions, afterwards: "done" };
    }
    if (rollback?.clusters_awaited === true) {
      return {
        state: "act",
        note: `${seen.connected} of ${seen.required} clusters connected`,
        actions: [keep, { kind: "warn", message: `not connected to the old hub: ${nameList(seen.pending)}` }],
        afterwards: "done",
      };
    }
    const wait = waitOn({
      title: "waiting until the clusters are connected to the old hub",
      sources: { clusters: clustersOf.live(context, "primary") },
      decide: ({ clusters }) => {
        const all = splitFleet(clusters).clusters;
        const now = connection(all, baseline);
        const sights = clusterSights({ hub: "primary", fleet: all, baseline, connection: now, awaited: true });
        const count = `${now.connected} of ${now.required} clusters connected`;
        return now.pending.length === 0
          ? { state: "done", note: count, clusters: sights }
          : {
              state: "pending",
              note: `${count}; waiting for ${nameList(now.pending)}`,
              count: { done: now.connected, total: now.required },
              clusters: sights,
            };
      },
      timeoutMs: ms(context.tuning.clusterWait),
      pollMs: ms(context.tuning.clusterPoll),
      onTimeout: (note) => ({ warning: `the clusters did not all come back in time: ${note}` }),
    });
    return {
      state: "act",
      note: `wait for ${seen.pending.length} clusters`,
      actions: [
        { kind: "wait", wait },
        {
          kind: "remember",
          note: "the clusters were waited for",
          update: (memory) => withRollback(memory, { clusters_awaited: true }),
        },
      ],
      afterwards: "plan-again",
    };
  },
});
