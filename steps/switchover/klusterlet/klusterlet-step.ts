import type { KubeClient } from "../../lib/kube/types.ts";
import { type StepPlan, type Wait, waitOn } from "../../lib/phase/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { type ManagedClusterSummary, splitFleet } from "../acm/managed-cluster.ts";
import { clustersOf, fleetOf } from "../phases/hub-reads.ts";
import { clusterSights } from "../phases/post-activation/cluster-sights.ts";
import { connection } from "../phases/post-activation/connection.ts";
import {
  type HubStepContext,
  ms,
  oldHubStep,
  type SwitchoverContext,
  type SwitchoverStep,
  switchoverStep,
} from "../phases/switchover-context.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type Klusterlet, lookAtKlusterlets } from "./look-at-klusterlets.ts";
import { describeKlusterlets, repairActions } from "./plan-repair.ts";
import { hostOf } from "./spoke-contexts.ts";

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

function pendingOf(fleet: readonly ManagedClusterSummary[], context: Pick<SwitchoverContext, "memory">): number {
  return connection(fleet, context.memory().cluster_baseline).pending.length;
}

/** Ends with all clusters, or with its time: then the klusterlets are looked at. */
function whileTheyConnect<H extends HubName>(context: HubStepContext<H>, hub: H): Wait {
  const limitMs = ms(context.tuning.clusterInitialWait);
  return waitOn({
    title: "waiting whether the clusters connect by themselves",
    sources: { clusters: clustersOf.live(context, hub) },
    decide: ({ clusters }, { elapsedMs }) => {
      const fleet = splitFleet(clusters).clusters;
      const { cluster_baseline: baseline } = context.memory();
      const seen = connection(fleet, baseline);
      // Nobody is given up here: the klusterlets are looked at next, and then the clusters are waited for.
      const sights = clusterSights({ hub, fleet, baseline, connection: seen, awaited: false });
      const pending = seen.pending.length;
      if (pending === 0) return { state: "done", note: "all connected", clusters: sights };
      const note = `${pending} clusters are not connected yet`;
      if (elapsedMs >= limitMs) return { state: "done", note, clusters: sights };
      return { state: "pending", note, count: { done: seen.connected, total: seen.required }, clusters: sights };
    },
    // The look after the whole time decides, so that its end is no timeout.
    timeoutMs: limitMs + 5_000,
    pollMs: Math.max(500, Math.min(limitMs, ms(context.tuning.clusterPoll))),
    onTimeout: (note) => ({ warning: `the hub could not be watched while the clusters connect: ${note}` }),
  });
}

async function read<H extends HubName>(context: HubStepContext<H>, hub: H, waitsFirst: boolean): Promise<Seen> {
  const fleet = await fleetOf(context, hub);
  const gives = waitsFirst && context.memory().clusters_given_time !== true && pendingOf(fleet, context) > 0;
  const now = new Date(context.clock.now()).toISOString();
  if (gives) return { fleet, klusterlets: undefined, now };
  // The other hub's client is there wherever that hub answers.
  const clients: Partial<Readonly<Record<HubName, KubeClient>>> = context.clients;
  const other = clients[hub === "primary" ? "secondary" : "primary"];
  const otherHost = other === undefined ? "" : hostOf(other.server);
  const klusterlets = await lookAtKlusterlets({ ...context, hub: context.clients[hub], otherHost });
  return { fleet, klusterlets, now };
}

function plan<H extends HubName>(seen: Seen, context: HubStepContext<H>, hub: H): StepPlan<OperationMemory> {
  const { klusterlets, fleet, now } = seen;
  if (klusterlets !== undefined) {
    return {
      state: "act",
      note: describeKlusterlets(klusterlets),
      actions: repairActions(klusterlets, { hub, now, parallel: context.tuning.parallelSpokes }),
      afterwards: "done",
    };
  }
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

function stepOn<H extends HubName>({ name, title, waitsFirst }: Reconnection, hub: H) {
  return {
    name,
    title,
    onResume: "trust-record",
    skip: ({ spokes }: Pick<SwitchoverContext, "spokes">) =>
      spokes === undefined ? "no spoke-kubeconfigs are given" : undefined,
    read: (context: HubStepContext<H>) => read(context, hub, waitsFirst),
    plan: (seen: Seen, context: HubStepContext<H>) => plan(seen, context, hub),
  } as const;
}

/**
 * Leads to the hub the klusterlets that obey another one. Done once in an operation, and never the reason that it ends:
 * what cannot be repaired is a warning, and the wait for the clusters that follows decides.
 *
 * @example reconnectKlusterlets({ name: "rb_reconnect", title: "…", hub: "primary", waitsFirst: false })
 */
export function reconnectKlusterlets(reconnection: Reconnection): SwitchoverStep {
  return reconnection.hub === "primary"
    ? oldHubStep<Seen>(stepOn(reconnection, "primary"))
    : switchoverStep<Seen>(stepOn(reconnection, "secondary"));
}
