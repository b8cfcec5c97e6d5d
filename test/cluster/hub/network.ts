import { ip } from "./network-namespace.ts";

/** A layer 2 network that hubs are plugged into. */
export interface HubNetwork {
  /** Network namespace (a name of `ip netns`) that holds the bridge; the machine's own when absent. */
  readonly namespace?: string;
  /** An existing bridge there. */
  readonly bridge: string;
  /** The bridge's IPv4 subnet in bits: 24. */
  readonly prefixLength: number;
  /** Free addresses in that subnet, one for the storage server and one for each hub. */
  readonly addresses: readonly string[];
  /** Further subnets that are reached through an address of the bridge's subnet, such as the pods'. */
  readonly routes?: readonly { readonly to: string; readonly via: string }[];
}

export interface Plug {
  /** Namespace that is plugged in. */
  readonly namespace: string;
  /** Name of the link on the bridge's side, at most 15 characters. */
  readonly link: string;
  readonly address: string;
}

/** Connects a namespace to the bridge by a veth pair; removing the namespace removes both ends. */
export async function plugIn(network: HubNetwork, plug: Plug): Promise<void> {
  const at = network.namespace === undefined ? "" : `-n ${network.namespace} `;
  await ip(`${at}link add ${plug.link} type veth peer name eth0 netns ${plug.namespace}`);
  await ip(`${at}link set ${plug.link} master ${network.bridge} up`);
  await ip(`-n ${plug.namespace} addr add ${plug.address}/${network.prefixLength} dev eth0`);
  await ip(`-n ${plug.namespace} link set eth0 up`);
  for (const route of network.routes ?? []) {
    await ip(`-n ${plug.namespace} route add ${route.to} via ${route.via}`);
  }
}
