import type { Cluster } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { kubeletOverlaps } from "./kubelet-overlap.ts";
import { readPool } from "./machine-config-pool.ts";
import type { NodeChanges } from "./node-changes.ts";
import { type PoolRollout, planRollout } from "./plan-rollout.ts";

const apiVersion = "machineconfiguration.openshift.io/v1";

/** What a run does to nodes. */
export interface ForeseenRollout {
  readonly rollouts: readonly PoolRollout[];
  readonly advice: readonly string[];
}

const nothing: ForeseenRollout = { rollouts: [], advice: [] };

/** The server's, and in a dry run those that are not there yet. */
async function allKubeletConfigs(cluster: Cluster, own: readonly ManagedObject[]): Promise<readonly ManagedObject[]> {
  if (own.length === 0) return [];
  const live = await cluster.list({ apiVersion, kind: "KubeletConfig" }, (object) => object);
  const byName = new Map([...live, ...own].map((object) => [object.metadata.name, object]));
  return [...byName.values()];
}

async function look({ changes, kubeletConfigs }: NodeChanges, cluster: Cluster): Promise<ForeseenRollout> {
  const pools = await cluster.list({ apiVersion, kind: "MachineConfigPool" }, readPool);
  const all = await allKubeletConfigs(cluster, kubeletConfigs);
  const overlaps = kubeletOverlaps(all, pools);
  return { rollouts: planRollout(changes, pools), advice: overlaps.map(({ id, note }) => `${id}: ${note}`) };
}

/**
 * Which nodes reboot for what a run wrote, or would write. Asks nothing where no node is concerned. Whoever cannot be told
 * is warned of it: no run fails for it.
 *
 * @throws the signal's reason
 */
export async function foreseeRollout(nodes: NodeChanges, cluster: Cluster): Promise<ForeseenRollout> {
  if (nodes.changes.length === 0 && nodes.kubeletConfigs.length === 0) return nothing;
  try {
    return await look(nodes, cluster);
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    return { ...nothing, advice: [`which nodes reboot for this cannot be told: ${reasonOf(error)}`] };
  }
}
