import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNamespace, ip } from "../hub/network-namespace.ts";
import { takeLock } from "../programs/program-lock.ts";
import { SetupError } from "../programs/setup-error.ts";
import { type Addresses, addresses, type ClusterLayout, maximumClusters } from "./layout.ts";

/** Bridge inside the cluster's namespace that hubs are plugged into. */
export const hubBridge = "hubs0";

async function freeIndex(): Promise<number> {
  const taken = await ip("-o -4 addr show");
  for (let index = 0; index < maximumClusters; index += 1) {
    if (!taken.includes(` ${addresses(index).host}/`)) return index;
  }
  throw new SetupError({
    id: "CLUSTER-03",
    what: "no subnet is left for a cluster",
    why: `links of this machine have addresses in all of 198.18.0.0 to 198.18.${maximumClusters - 1}.0`,
    fix: "stop other clusters with make cluster-down (`ip netns list` shows them)",
  });
}

/**
 * Makes the node's network: a namespace, one link to the machine, a bridge for hubs. The machine's own rules and ports
 * are not touched; it gets one route, to the hubs. Returns which of the possible address sets it took.
 */
export async function createNodeNetwork(layout: ClusterLayout, signal: AbortSignal): Promise<number> {
  const { namespace, hostLink } = layout;
  await createNamespace(namespace);
  // Two starts at once must not choose the same subnet.
  const free = await takeLock(join(tmpdir(), "fairlead-cluster-subnet.lock"), { signal, onWait: () => {} });
  try {
    const index = await freeIndex();
    const chosen = addresses(index);
    await ip(`link add ${hostLink} type veth peer name eth0 netns ${namespace}`);
    await ip(`addr add ${chosen.host}/24 dev ${hostLink}`);
    await ip(`link set ${hostLink} up`);
    await connectNode(namespace, chosen);
    await ip(`route add ${chosen.hubSubnet} via ${chosen.node} dev ${hostLink}`);
    return index;
  } finally {
    await free();
  }
}

async function connectNode(namespace: string, chosen: Addresses): Promise<void> {
  await ip(`-n ${namespace} addr add ${chosen.node}/24 dev eth0`);
  await ip(`-n ${namespace} link set eth0 up`);
  // A default route is what kubelet and kube-proxy look for; it ends at the machine, which forwards nothing.
  await ip(`-n ${namespace} route add default via ${chosen.host} dev eth0`);
  await ip(`-n ${namespace} link add ${hubBridge} type bridge`);
  await ip(`-n ${namespace} addr add ${chosen.hubGateway}/24 dev ${hubBridge}`);
  await ip(`-n ${namespace} link set ${hubBridge} up`);
}
