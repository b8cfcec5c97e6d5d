import type { ClusterSight, ClusterSights } from "../../../lib/phase/cluster-follower.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BaselineCluster, ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import { type Connection, requirementOf } from "./connection.ts";

/** What a look at a hub says of each cluster, as the progress of a run tells it. */
export interface FleetLook {
  readonly hub: HubName;
  readonly fleet: readonly ManagedClusterSummary[];
  readonly baseline: readonly BaselineCluster[] | undefined;
  readonly connection: Pick<Connection, "connected" | "required">;
  /** Whether a wait ends without those that are not connected by then. */
  readonly awaited: boolean;
}

function stateOf({ available, joined, importing }: ManagedClusterSummary): ClusterSight["state"] {
  if (available && joined) return "available";
  if (joined) return "joined";
  return importing === true ? "importing" : "restored";
}

/** Pure. */
export function clusterSights({ hub, fleet, baseline, connection, awaited }: FleetLook): ClusterSights {
  const isRequired = requirementOf(baseline);
  const seen = fleet.map((cluster): ClusterSight => {
    const state = stateOf(cluster);
    return {
      name: cluster.name,
      state,
      awaited: awaited && isRequired(cluster.name),
      ...(state === "available" ? {} : { note: cluster.importTrouble ?? cluster.unavailableReason }),
    };
  });
  const present = new Set(fleet.map(({ name }) => name));
  const absent = (baseline ?? [])
    .filter(({ name, available }) => available && !present.has(name))
    .map(({ name }): ClusterSight => ({ name, state: "missing", awaited }));
  const count = { done: connection.connected, total: connection.required };
  return { hub, clusters: [...seen, ...absent], count };
}
