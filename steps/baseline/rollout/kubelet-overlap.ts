import type { ManagedObject } from "../object/managed-object.ts";
import { isNamedBy, type MachineConfigPool } from "./machine-config-pool.ts";

/** What the report of a run says to its reader, by an id that tools can look for. */
export interface Advice {
  readonly id: "kubelet-config-overlap";
  readonly note: string;
}

function overlapOf(pool: MachineConfigPool, kubeletConfigs: readonly ManagedObject[]): readonly Advice[] {
  const names = kubeletConfigs.filter((one) => isNamedBy(pool, one)).map(({ metadata }) => metadata.name);
  if (names.length < 2) return [];
  const note = `KubeletConfigs ${names.toSorted().join(", ")} all name the pool ${pool.name}: the machine config operator does not merge them, and the one that was created last replaces the others; put what you need into one of them, and turn the others off`;
  return [{ id: "kubelet-config-overlap", note }];
}

/**
 * Pools that several KubeletConfigs name, of which only one takes effect (OpenShift 4.x writes the kubelet's whole
 * configuration for each). Pure.
 *
 * @param kubeletConfigs those of the cluster, and those that a run would create; each once
 */
export function kubeletOverlaps(
  kubeletConfigs: readonly ManagedObject[],
  pools: readonly MachineConfigPool[],
): readonly Advice[] {
  return pools.flatMap((pool) => overlapOf(pool, kubeletConfigs));
}
