import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeLock } from "../programs/program-lock.ts";
import { SetupError } from "../programs/setup-error.ts";
import type { HubNetwork } from "./network.ts";
import { createNamespace, ip } from "./network-namespace.ts";

export interface OwnNetworkNames {
  readonly namespace: string;
  /** Link of the machine itself, at most 15 characters. */
  readonly hostLink: string;
}

// 198.18.0.0/15 is set aside for tests of network devices (RFC 2544): no real host has such an address. The local
// cluster uses the lower part.
const firstSubnet = 128;
const lastSubnet = 254;

/**
 * Makes a network for hubs that run without a cluster: a bridge in a namespace of its own, so that no firewall rule of
 * the machine applies to it, and a link by which the machine reaches the hubs. Nothing is routed beyond.
 */
export async function createOwnNetwork(
  names: OwnNetworkNames,
  hubCount: number,
  signal: AbortSignal,
): Promise<HubNetwork> {
  const { namespace, hostLink } = names;
  await createNamespace(namespace);
  await ip(`-n ${namespace} link add br0 type bridge`);
  await ip(`-n ${namespace} link set br0 up`);
  // Two starts at once must not choose the same subnet.
  const free = await takeLock(join(tmpdir(), "fairlead-hub-subnet.lock"), { signal, onWait: () => {} });
  try {
    const subnet = await freeSubnet();
    await ip(`link add ${hostLink} type veth peer name host netns ${namespace}`);
    await ip(`-n ${namespace} link set host master br0 up`);
    await ip(`addr add ${subnet}.1/24 dev ${hostLink}`);
    await ip(`link set ${hostLink} up`);
    const addresses = Array.from({ length: hubCount + 1 }, (_, index) => `${subnet}.${10 + index}`);
    return { namespace, bridge: "br0", prefixLength: 24, addresses };
  } finally {
    await free();
  }
}

/** First three numbers of a subnet that no link of the machine has an address in. */
async function freeSubnet(): Promise<string> {
  const taken = await ip("-o -4 addr show");
  for (let third = firstSubnet; third <= lastSubnet; third++) {
    if (!taken.includes(` 198.18.${third}.`)) return `198.18.${third}`;
  }
  throw new SetupError({
    id: "HUB-03",
    what: "no subnet is left for the hubs",
    why: `links of this machine have addresses in all of 198.18.${firstSubnet}.0 to 198.18.${lastSubnet}.0`,
    fix: "stop other hubs: node test/cluster/hub/cli.ts down --folder FOLDER (`ip netns list` shows them)",
  });
}
