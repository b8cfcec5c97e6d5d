import { type Wait, waitOn } from "../../lib/phase/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { type ManagedClusterSummary, splitFleet } from "../acm/managed-cluster.ts";
import { clustersOf, fleetOf } from "../phases/hub-reads.ts";
import { connection } from "../phases/post-activation/connection.ts";
import { ms, type SwitchoverContext, type SwitchoverStep, switchoverStep } from "../phases/switchover-context.ts";
import { type Klusterlet, lookAtKlusterlets } from "./look-at-klusterlets.ts";
import { describeKlusterlets, repairActions } from "./plan-repair.ts";

interface Seen {
  readonly fleet: readonly ManagedClusterSummary[];
  /** `undefined` while the clusters are still given time to connect by themselves. */
  readonly klusterlets: readonly Klusterlet[] | undefined;
  /** RFC 3339. */
  readonly now: string;
}

/** Which hub the fleet is led to, and as which step. */
export interface Reconnection {
  readonly name: string;
  readonly title: string;
  readonly hub: HubName;
  /** Whether the clusters get time to connect by themselves first. */
  readonly waitsFirst: boolean;
}

function pendingOf(fleet: readonly ManagedClusterSummary[], context: SwitchoverContext): number {
  return connection(fleet, context.memory().cluster_baseline).pending.length;
}

/** Ends with all clusters, or with its time: then the klusterlets are looked at. */
function whileTheyConnect(context: SwitchoverContext, hub: HubName): Wait {
  const limitMs = ms(context.tuning.clusterInitialWait);
  return waitOn({
    title: "waiting whether the clusters connect by themselves",
    sources: { clusters: clustersOf.live(context, hub) },
    decide: ({ clusters }, { elapsedMs }) => {
      const pending = pendingOf(splitFleet(clusters).clusters, context);
      if (pending === 0) return { state: "done", note: "all connected" };
      const note = `${pending} clusters are not connected yet`;
      return { state: elapsedMs >= limitMs ? "done" : "pending", note };
    },
    // The look after the whole time decides, so that its end is no timeout.
    timeoutMs: limitMs + 5_000,
    pollMs: Math.max(500, Math.min(limitMs, ms(context.tuning.clusterPoll))),
    onTimeout: (note) => ({ warning: `the hub could not be watched while the clusters connect: ${note}` }),
  });
}

/**
 * Leads to the hub the klusterlets that obey another one. Done once in an operation, and never the reason that it ends:
 * what cannot be repaired is a warning, and the wait for the clusters that follows decides.
 *
 * @example reconnectKlusterlets({ name: "rb_reconnect", title: "…", hub: "primary", waitsFirst: false })
 */
export function reconnectKlusterlets({ name, title, hub, waitsFirst }: Reconnection): SwitchoverStep {
  return switchoverStep<Seen>({
    name,
    title,
    onResume: "trust-record",
    skip: ({ spokes }) => (spokes === undefined ? "no spoke-kubeconfigs are given" : undefined),
    async read(context) {
      const fleet = await fleetOf(context, hub);
      const gives = waitsFirst && context.memory().clusters_given_time !== true && pendingOf(fleet, context) > 0;
      const now = new Date(context.clock.now()).toISOString();
      return { fleet, klusterlets: gives ? undefined : await lookAtKlusterlets(context, hub), now };
    },
    plan({ klusterlets, fleet, now }, context) {
      if (klusterlets === undefined) {
        return {
          state: "act",
          note: `give ${pendingOf(fleet, context)} clusters time to connect by themselves`,
          actions: [
            { kind: "wait", wait: whileTheyConnect(context, hub) },
            {
              kind: "remember",
              note: "the clusters had time to connect by themselves",
              update: (memory) => ({ ...memory, clusters_given_time: true }),
            },
          ],
          afterwards: "plan-again",
        };
      }
      return {
        state: "act",
        note: describeKlusterlets(klusterlets),
        actions: repairActions(klusterlets, now, context.tuning.parallelSpokes),
        afterwards: "done",
      };
    },
  });
}
