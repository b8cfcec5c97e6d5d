import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { parseKubeconfig } from "../../lib/kube/load-kubeconfig.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { objectName } from "../acm/constants.ts";
import { secrets } from "../acm/resources.ts";
import { klusterletNamespace } from "../inspection-permissions.ts";
import { valueOr } from "../preflight/reading.ts";
import { serverKey } from "./known-contexts.ts";
import type { Probed } from "./probe.ts";

/** A cluster that is Available on more than one hub: one of them is wrong, or late to notice. */
export interface ContestedCluster {
  readonly name: string;
  /** Servers of the hubs that claim it. */
  readonly hubs: readonly string[];
  /** Key of the cluster's own API server; empty where no hub knows it. */
  readonly server: string;
  /** Server of the hub that its klusterlet obeys; empty where no context leads to the cluster. */
  readonly obeys: string;
}

/** Pure; by name. */
export function findContested(probed: readonly Probed[]): readonly ContestedCluster[] {
  const claims = new Map<string, ContestedCluster>();
  for (const { probe } of probed) {
    const fleet = probe.state === "hub" ? valueOr(probe.snapshot.fleet, []) : [];
    for (const { name, server } of fleet.filter(({ available }) => available)) {
      const known = claims.get(name);
      claims.set(name, {
        name,
        hubs: [...(known?.hubs ?? []), probe.server],
        server: known?.server || server,
        obeys: "",
      });
    }
  }
  return [...claims.values()].filter(({ hubs }) => hubs.length > 1).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Asks the klusterlets of those clusters that a context leads to. */
export async function askKlusterlets(
  contested: readonly ContestedCluster[],
  probed: readonly Probed[],
  signal: AbortSignal,
): Promise<readonly ContestedCluster[]> {
  const clients = new Map(
    probed.flatMap(({ probe, client }) => (client === undefined ? [] : [[serverKey(probe.server), client] as const])),
  );
  return await Promise.all(
    contested.map(async (cluster) => {
      const client = cluster.server === "" ? undefined : clients.get(cluster.server);
      return client === undefined ? cluster : { ...cluster, obeys: await hubOf(client, signal) };
    }),
  );
}

/** Empty where it cannot be read: that two hubs claim the cluster is said in any case. */
async function hubOf(client: KubeClient, signal: AbortSignal): Promise<string> {
  try {
    const ref = { namespace: klusterletNamespace, name: objectName.hubKubeconfigSecret };
    const secret = await client.find(secrets, ref, { signal });
    const text = Buffer.from(secret?.data?.["kubeconfig"] ?? "", "base64").toString("utf8");
    const address = parseKubeconfig(objectName.hubKubeconfigSecret, text).clusters[0]?.content["server"];
    return typeof address === "string" ? serverKey(address) : "";
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) {
      throw error;
    }
    return "";
  }
}
