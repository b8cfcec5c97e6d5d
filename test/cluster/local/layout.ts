import { createHash } from "node:crypto";
import { join } from "node:path";
import { cacheFolder } from "../programs/program-cache.ts";

/** Names and places of one local cluster; everything that it makes is found again by them alone. */
export interface ClusterLayout {
  readonly name: string;
  readonly folder: string;
  /** Network namespace of the node and of every part. */
  readonly namespace: string;
  /** The machine's end of the link, at most 15 characters. */
  readonly hostLink: string;
  /** Below each cgroup hierarchy. */
  readonly cgroup: string;
}

export const defaultClusterName = "fairlead";

/** Where a cluster of that name keeps everything. `FAIRLEAD_CACHE` moves it, as it moves the programs. */
export function clusterLayout(name: string, environment: NodeJS.ProcessEnv): ClusterLayout {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return {
    name,
    folder: join(cacheFolder(environment), "clusters", name),
    namespace: `flc-${hash}`,
    hostLink: `flc${hash}`,
    cgroup: `fairlead-${hash}`,
  };
}

/**
 * Addresses of a cluster. 198.18.0.0/15 is set aside for tests of network devices (RFC 2544): no real host has one.
 * `index` (0 … 31) tells clusters of one machine apart; pods and Services exist only inside the namespace.
 */
export interface Addresses {
  readonly host: string;
  readonly node: string;
  readonly hubGateway: string;
  readonly hubSubnet: string;
  readonly hubs: readonly string[];
}

export const podSubnet = "198.18.64.0/18";
export const serviceSubnet = "198.19.0.0/16";
export const kubernetesService = "198.19.0.1";
export const dnsService = "198.19.0.10";
export const maximumClusters = 32;
const hubAddresses = 8;

export function addresses(index: number): Addresses {
  const hubs = `198.18.${maximumClusters + index}`;
  return {
    host: `198.18.${index}.1`,
    node: `198.18.${index}.2`,
    hubGateway: `${hubs}.1`,
    hubSubnet: `${hubs}.0/24`,
    hubs: Array.from({ length: hubAddresses }, (_, number) => `${hubs}.${10 + number}`),
  };
}

export const registryName = "registry.localhost:5000";
export const registryPort = 5000;
export const apiServerPort = 6443;
export const nodeName = "node1";
