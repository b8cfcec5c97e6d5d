import { type Source, source } from "../../../lib/kube/live-collection.ts";
import type { KubeClient, KubeObject } from "../../../lib/kube/types.ts";
import { type StepPlan, type Wait, waitOn } from "../../../lib/phase/types.ts";
import type { HubNamespaces } from "../../acm/namespaces.ts";
import { multiClusterObservabilities, pods } from "../../acm/resources.ts";
import { deletion, nameOf, untilEmpty } from "../../decommission/deletion.ts";
import { nameList } from "../../preflight/name-list.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import type { ResolvedTuning } from "../../tuning.ts";
import { noneIfAbsent } from "../none-if-absent.ts";
import { ms } from "../switchover-context.ts";
import { hasObservability } from "./writers.ts";

/** What is there of a hub's observability. */
export interface SeenObservability {
  readonly instances: readonly KubeObject[];
  /** Names; `undefined` where observability has no namespace. */
  readonly pods: readonly string[] | undefined;
}

interface Context {
  readonly clients: { readonly primary: KubeClient };
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly signal: AbortSignal;
}

export async function readObservability(context: Context): Promise<SeenObservability> {
  const { clients, signal } = context;
  const [instances, running] = await Promise.all([
    noneIfAbsent(async () => (await clients.primary.list(multiClusterObservabilities, {}, { signal })).items),
    readPods(context),
  ]);
  return { instances, pods: running };
}

async function readPods(context: Context): Promise<SeenObservability["pods"]> {
  if (!(await hasObservability(context, "primary"))) return undefined;
  const { clients, namespaces, signal } = context;
  return (await clients.primary.list(pods, { namespace: namespaces.observability }, { signal, project: nameOf })).items;
}

function untilStopped(seen: SeenObservability, { clients: { primary }, namespaces, tuning }: Context): Wait {
  const query = { namespace: namespaces.observability };
  const sources: Readonly<Record<string, Source<string>>> = {
    // A hub that holds none may not even know the kind.
    ...(seen.instances.length === 0
      ? {}
      : { MultiClusterObservability: source(primary, multiClusterObservabilities, {}, nameOf) }),
    ...(seen.pods === undefined ? {} : { pods: source(primary, pods, query, nameOf) }),
  };
  return waitOn({
    title: "waiting until observability has stopped",
    sources,
    decide: untilEmpty,
    timeoutMs: ms(tuning.obsTerminate),
    pollMs: ms(tuning.obsPoll),
    onTimeout: (note) => ({ warning: `observability has not stopped: ${note}` }),
  });
}

/** Deletes every MultiClusterObservability and waits until its pods are gone. Pure. */
export function planRemoval(seen: SeenObservability, context: Context): StepPlan<OperationMemory> {
  const { instances, pods: running = [] } = seen;
  if (instances.length === 0 && running.length === 0) return { state: "done", note: "there is no observability" };
  const timeoutMs = ms(context.tuning.deleteRequest);
  return {
    state: "act",
    note:
      instances.length === 0
        ? `wait for ${running.length} pods to stop`
        : `delete MultiClusterObservability ${nameList(instances.map(nameOf))}`,
    actions: [
      ...instances.flatMap((instance) => deletion(multiClusterObservabilities, instance, timeoutMs)),
      { kind: "wait", wait: untilStopped(seen, context) },
    ],
    afterwards: "done",
  };
}
