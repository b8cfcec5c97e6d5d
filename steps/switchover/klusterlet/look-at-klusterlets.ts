import pLimit from "p-limit";
import type { Clock } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { objectName } from "../acm/constants.ts";
import type { ManagedCluster, Secret } from "../acm/hub-objects.ts";
import { type ManagedClusterSummary, splitFleet, summariseManagedCluster } from "../acm/managed-cluster.ts";
import { managedClusters, secrets } from "../acm/resources.ts";
import { klusterletNamespace } from "../inspection-permissions.ts";
import type { ResolvedTuning } from "../tuning.ts";
import { hostInSecret, type ImportOrder, readImportOrder } from "./import-order.ts";
import type { SpokeAccess } from "./spoke-access.ts";
import { hostOf, matchSpokes, type SpokeContext } from "./spoke-contexts.ts";

/** What a look at a cluster's klusterlet says. */
export type Klusterlet = { readonly cluster: string } /** It obeys this hub. */ & (
  | { readonly state: "verified" }
  /** It obeys another hub, and is not connected to this one. */
  | {
      readonly state: "wrong_hub";
      readonly spoke: SpokeContext;
      /** Host of the hub that it obeys; empty where it obeys none. */
      readonly obeys: string;
      readonly bootstrap: Secret | undefined;
      readonly order: ImportOrder;
    }
  /** It obeys another hub, and nothing can or may be done about it. */
  | { readonly state: "stranded"; readonly why: string }
  | { readonly state: "unreachable"; readonly why: string }
  /** Time ran out before it was asked. */
  | { readonly state: "not_asked" }
  | { readonly state: "no_kubeconfig" }
);

export interface KlusterletContext {
  /** The hub that the fleet is on. */
  readonly hub: KubeClient;
  /** Host of the other hub; empty where that one is declared down. */
  readonly otherHost: string;
  readonly spokes?: SpokeAccess | undefined;
  readonly tuning: ResolvedTuning;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A cluster that is offline must not hold up those behind it. */
const spokeTimeoutMs = 10_000;
const spokeAttempts = 2;

type Member = ManagedClusterSummary & { readonly host: string };

function summarise(cluster: ManagedCluster): Member {
  const url = cluster.spec?.managedClusterClientConfigs?.[0]?.url ?? "";
  return { ...summariseManagedCluster(cluster), host: hostOf(url) };
}

interface Hubs {
  readonly hub: KubeClient;
  /** Host of the hub that the fleet moves away from. */
  readonly otherHost: string;
}

/**
 * Asks the klusterlets of a hub's fleet which hub they obey, as far as kubeconfigs lead to the clusters: those first
 * that are not connected. Bounded in concurrency and in time; reads only.
 */
export async function lookAtKlusterlets(context: KlusterletContext): Promise<readonly Klusterlet[]> {
  const { hub, otherHost, spokes, tuning, clock, signal } = context;
  if (spokes === undefined) return [];
  const { items } = await hub.list(managedClusters, {}, { signal, project: summarise });
  const fleet = splitFleet(items).clusters;
  const ways = matchSpokes(fleet, spokes.contexts);
  const hubs = { hub, otherHost };
  const limit = pLimit(Math.max(1, tuning.parallelSpokes));
  const endsAt = clock.monotonic() + tuning.clusterWait * 1000;
  const ask = async (member: Member): Promise<Klusterlet> => {
    const { name: cluster } = member;
    const spoke = ways.get(cluster);
    if (spoke === undefined) return { cluster, state: "no_kubeconfig" };
    if (clock.monotonic() >= endsAt) return { cluster, state: "not_asked" };
    return await lookAt(member, spoke, hubs, { spokes, signal });
  };
  const order = [...fleet.filter(({ available }) => !available), ...fleet.filter(({ available }) => available)];
  return await Promise.all(order.map((member) => limit(() => ask(member))));
}

interface Reach {
  readonly spokes: SpokeAccess;
  readonly signal: AbortSignal;
}

async function lookAt(member: Member, spoke: SpokeContext, hubs: Hubs, reach: Reach): Promise<Klusterlet> {
  const { name: cluster } = member;
  const { signal } = reach;
  let agent: Agent;
  try {
    agent = await readAgent(spoke, reach);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) throw error;
    return { cluster, state: "unreachable", why: `${error.text.what}: ${error.text.why}` };
  }
  const { obeys, name, bootstrap } = agent;
  if (name !== "" && name !== cluster) {
    return { cluster, state: "stranded", why: `context ${spoke.context} leads to the cluster ${name}` };
  }
  // A hub has more than one address: one that the cluster is Available on is the one that it obeys.
  if (obeys === hostOf(hubs.hub.server) || member.available) return { cluster, state: "verified" };
  const obeysAnother = obeys === "" ? "it obeys no hub" : `it obeys the hub at ${obeys}`;
  let found: ReturnType<typeof readImportOrder>;
  try {
    found = readImportOrder(await readImportSecret(cluster, hubs.hub, signal), klusterletNamespace);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) throw error;
    const why = `${error.text.what}: ${error.text.why}; ${error.text.fix}`;
    return { cluster, state: "stranded", why: `${obeysAnother}; ${why}` };
  }
  if (found.state === "unusable") return { cluster, state: "stranded", why: `${obeysAnother}; ${found.why}` };
  const { order } = found;
  if (order.host === hubs.otherHost) {
    const why = `the import Secret on this hub leads back to the other one, at ${order.host}`;
    return { cluster, state: "stranded", why };
  }
  if (obeys === order.host) return { cluster, state: "verified" };
  return { cluster, state: "wrong_hub", spoke, obeys, bootstrap, order };
}

/** What a cluster's agent knows. */
interface Agent {
  /** Name that the hub which it obeys gave to the cluster; empty where it has not registered. */
  readonly name: string;
  readonly obeys: string;
  readonly bootstrap: Secret | undefined;
}

async function readAgent(spoke: SpokeContext, { spokes, signal }: Reach): Promise<Agent> {
  const client = await spokes.open(spoke);
  try {
    const options = { signal, attempts: spokeAttempts, requestTimeoutMs: spokeTimeoutMs };
    const find = (name: string): Promise<Secret | undefined> =>
      client.find(secrets, { namespace: klusterletNamespace, name }, options);
    const registered = await find(objectName.hubKubeconfigSecret);
    const bootstrap = await find(objectName.bootstrapKubeconfigSecret);
    const name = Buffer.from(registered?.data?.["cluster-name"] ?? "", "base64").toString("utf8");
    return { name, obeys: hostInSecret(registered) || hostInSecret(bootstrap), bootstrap };
  } finally {
    await client.close();
  }
}

function readImportSecret(cluster: string, hub: KubeClient, signal: AbortSignal): Promise<Secret | undefined> {
  return hub.find(secrets, { namespace: cluster, name: `${cluster}-import` }, { signal });
}
