import { isJsonObject, type Json, valueAt } from "../../lib/json/json.ts";
import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import { isEmptySelector, selects } from "./label-selector.ts";

/** Nodes that get the same configuration, in turns (machineconfiguration.openshift.io/v1 MachineConfigPool). */
export interface MachineConfigPool {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Which MachineConfigs make up the configuration. */
  readonly machineConfigSelector: Json | undefined;
  /** A node of a custom pool is counted there, and not in the pool worker. */
  readonly nodes: number;
  /** How many of them the machine config operator takes away at a time. */
  readonly nodesAtOnce: number;
  /** Changes wait until the pause is over. */
  readonly isPaused: boolean;
}

const roleLabel = "machineconfiguration.openshift.io/role";

function countAt(pool: ManagedObject, ...path: readonly string[]): number {
  const value = valueAt(pool, path);
  return typeof value === "number" && value > 0 ? Math.floor(value) : 0;
}

/** By OpenShift 4.x: one where nothing is said, a share of the nodes rounded down, and never none. */
function atOnce(maxUnavailable: Json | undefined, nodes: number): number {
  if (typeof maxUnavailable === "number") return Math.max(1, Math.floor(maxUnavailable));
  const found = typeof maxUnavailable === "string" ? /^(\d{1,9})(%?)$/.exec(maxUnavailable) : null;
  if (found === null) return 1;
  const given = Number(found[1]);
  return Math.max(1, found[2] === "%" ? Math.floor((nodes * given) / 100) : given);
}

/** Pure. */
export function readPool(pool: ManagedObject): MachineConfigPool {
  const nodes = countAt(pool, "status", "machineCount");
  return {
    name: pool.metadata.name,
    labels: textsOf(pool, "labels"),
    machineConfigSelector: valueAt(pool, ["spec", "machineConfigSelector"]),
    nodes,
    nodesAtOnce: atOnce(valueAt(pool, ["spec", "maxUnavailable"]), nodes),
    isPaused: valueAt(pool, ["spec", "paused"]) === true,
  };
}

/** Whether a MachineConfig is part of what the nodes of a pool get. Pure. */
export function takesMachineConfig(pool: MachineConfigPool, machineConfig: ManagedObject): boolean {
  return selects(pool.machineConfigSelector, textsOf(machineConfig, "labels"));
}

/** Whether a KubeletConfig names a pool; an empty selector names none (OpenShift 4.x). Pure. */
export function isNamedBy(pool: MachineConfigPool, kubeletConfig: ManagedObject): boolean {
  const selector = valueAt(kubeletConfig, ["spec", "machineConfigPoolSelector"]);
  return isJsonObject(selector) && !isEmptySelector(selector) && selects(selector, pool.labels);
}

/**
 * Whether a KubeletConfig reaches the nodes of a pool. For each pool that it names it becomes a MachineConfig of that
 * pool's role, which custom pools take as well where they take those of the role. Pure.
 */
export function takesKubeletConfig(
  pool: MachineConfigPool,
  kubeletConfig: ManagedObject,
  pools: readonly MachineConfigPool[],
): boolean {
  return pools.some(
    (named) => isNamedBy(named, kubeletConfig) && selects(pool.machineConfigSelector, { [roleLabel]: named.name }),
  );
}
