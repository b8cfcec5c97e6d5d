import { type Source, source } from "../../../lib/kube/live-collection.ts";
import type { KubeClient, ObjectRef, Resource } from "../../../lib/kube/types.ts";
import type { Change } from "../../../lib/phase/types.ts";
import { objectName, podSelector } from "../../acm/constants.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { Workload } from "../../acm/hub-objects.ts";
import type { HubNamespaces } from "../../acm/namespaces.ts";
import { deployments, namespaces, pods, statefulSets } from "../../acm/resources.ts";
import { isPodReady } from "../hub-reads.ts";

// What of observability writes to its bucket or takes metrics in. Two hubs share the bucket: one of them is to stand still.

/** One of them. */
export interface Writer {
  readonly kind: "StatefulSet" | "Deployment";
  readonly resource: Resource<Workload>;
  readonly name: string;
  readonly podSelector: string;
  /** How many pods it has where observability works. */
  readonly replicas: number;
}

export const compactor: Writer = {
  kind: "StatefulSet",
  resource: statefulSets,
  name: objectName.thanosCompactor,
  podSelector: podSelector.thanosCompactor,
  replicas: 1,
};

export const observatoriumApi: Writer = {
  kind: "Deployment",
  resource: deployments,
  name: objectName.observatoriumApi,
  podSelector: podSelector.observatoriumApi,
  replicas: 2,
};

interface HubView<H extends HubName> {
  readonly clients: Readonly<Record<H, KubeClient>>;
  readonly namespaces: HubNamespaces;
  readonly signal: AbortSignal;
}

export interface SeenWriter {
  readonly writer: Writer;
  readonly replicas: number;
}

/** The writers of a hub that exist. */
export interface SeenWriters {
  readonly installed: boolean;
  readonly found: readonly SeenWriter[];
}

/** Its role exists only where its namespace does: elsewhere every other question would be forbidden. */
export async function hasObservability<H extends HubName>(context: HubView<H>, hub: H): Promise<boolean> {
  const { clients, namespaces: given, signal } = context;
  return (await clients[hub].find(namespaces, { name: given.observability }, { signal })) !== undefined;
}

export async function findWriters<H extends HubName>(
  context: HubView<H>,
  hub: H,
  writers: readonly Writer[],
): Promise<SeenWriters> {
  if (!(await hasObservability(context, hub))) return { installed: false, found: [] };
  const { signal } = context;
  const seen = await Promise.all(
    writers.map(async (writer): Promise<readonly SeenWriter[]> => {
      const found = await context.clients[hub].find(writer.resource, refOf(context, writer), { signal });
      // Kubernetes fills in 1 where none is given.
      return found === undefined ? [] : [{ writer, replicas: found.spec?.replicas ?? 1 }];
    }),
  );
  return { installed: true, found: seen.flat() };
}

export function refOf({ namespaces: given }: Pick<HubView<HubName>, "namespaces">, { name }: Writer): ObjectRef {
  return { name, namespace: given.observability };
}

/** A change of the number of pods. */
export function scaling(
  context: Pick<HubView<HubName>, "namespaces">,
  hub: HubName,
  writer: Writer,
  replicas: number,
): Change {
  return {
    target: hub,
    resource: writer.resource,
    ref: refOf(context, writer),
    summary: `scale ${writer.kind} ${writer.name} to ${replicas}`,
    verb: "merge-patch",
    subresource: "scale",
    patch: { spec: { replicas } },
  };
}

export interface WriterPod {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  /** A pod that is going works on until its grace period ends. */
  readonly ending: boolean;
}

function summarise(pod: Parameters<typeof isPodReady>[0]): WriterPod {
  const { name, uid = "", deletionTimestamp } = pod.metadata;
  return { name, uid, ready: isPodReady(pod), ending: deletionTimestamp !== undefined };
}

export async function podsOf<H extends HubName>(
  context: HubView<H>,
  hub: H,
  writer: Writer,
): Promise<readonly WriterPod[]> {
  const { clients, namespaces: given, signal } = context;
  const query = { namespace: given.observability, labelSelector: writer.podSelector };
  return (await clients[hub].list(pods, query, { signal, project: summarise })).items;
}

export function livePodsOf<H extends HubName>(
  { clients, namespaces: given }: HubView<H>,
  hub: H,
  writer: Writer,
): Source<WriterPod> {
  const query = { namespace: given.observability, labelSelector: writer.podSelector };
  return source(clients[hub], pods, query, summarise);
}
