import { member } from "../../lib/json/json.ts";
import { isEqual } from "../drift/differences.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { type MachineConfigPool, takesKubeletConfig, takesMachineConfig } from "./machine-config-pool.ts";

/** A write to an object of any kind: as it is, and as the server would make it. */
export interface ObjectChange {
  /** Absent where the object is created. */
  readonly before?: ManagedObject;
  readonly after: ManagedObject;
}

/** What happens to the nodes of a pool. */
export interface PoolRollout {
  readonly pool: string;
  readonly nodes: number;
  readonly nodesAtOnce: number;
  /** How many times nodes are taken away, at most so many at once. */
  readonly rounds: number;
  readonly isPaused: boolean;
  /** The changes that it is for, as `<kind>/<name>`. */
  readonly causes: readonly string[];
}

type Reach = (pool: MachineConfigPool, object: ManagedObject, pools: readonly MachineConfigPool[]) => boolean;

const reachOf: ReadonlyMap<string, Reach> = new Map([
  ["MachineConfig", takesMachineConfig],
  ["KubeletConfig", takesKubeletConfig],
]);

/** Whether a kind changes nodes, and not only what runs on them. Pure. */
export function changesNodes({ kind, apiVersion }: ManagedObject): boolean {
  return apiVersion.startsWith("machineconfiguration.openshift.io/") && reachOf.has(kind);
}

function specOf(object: ManagedObject) {
  return member(object, "spec") ?? null;
}

/** A label or an annotation alone is no new configuration, unless another pool takes the object by it. */
function reaches(
  { before, after }: ObjectChange,
  pool: MachineConfigPool,
  pools: readonly MachineConfigPool[],
): boolean {
  const reach = reachOf.get(after.kind);
  if (reach === undefined) return false;
  const isAfter = reach(pool, after, pools);
  if (before === undefined) return isAfter;
  const isBefore = reach(pool, before, pools);
  return isBefore !== isAfter || (isAfter && !isEqual(specOf(before), specOf(after)));
}

/**
 * The pools whose nodes get a new configuration by these changes, and so reboot; several changes of one pool are one
 * rollout. Files and kernel arguments need a reboot unless a node disruption policy of the cluster says otherwise
 * (OpenShift 4.17 and later), so that this is what happens at most. Pure.
 */
export function planRollout(
  changes: readonly ObjectChange[],
  pools: readonly MachineConfigPool[],
): readonly PoolRollout[] {
  const ofNodes = changes.filter(({ after }) => changesNodes(after));
  return pools.flatMap((pool) => {
    const causes = ofNodes
      .filter((change) => reaches(change, pool, pools))
      .map(({ after }) => `${after.kind}/${after.metadata.name}`);
    if (causes.length === 0 || pool.nodes === 0) return [];
    const { name, nodes, nodesAtOnce, isPaused } = pool;
    return [{ pool: name, nodes, nodesAtOnce, rounds: Math.ceil(nodes / nodesAtOnce), isPaused, causes }];
  });
}

function counted(nodes: number): string {
  return nodes === 1 ? "1 node" : `${nodes} nodes`;
}

/** As people read it before they say yes. Pure. */
export function describeRollout({ pool, nodes, nodesAtOnce, isPaused, causes }: PoolRollout): string {
  const what = `${counted(nodes)} of pool ${pool}`;
  const pace = nodes <= nodesAtOnce ? "" : `, ${nodesAtOnce} at a time`;
  const verb = nodes === 1 ? "reboots" : "reboot";
  const reason = `for ${causes.join(", ")}`;
  return isPaused
    ? `${what} ${verb}${pace} once the pool is no longer paused, ${reason}`
    : `${what} ${verb}${pace}, ${reason}`;
}
